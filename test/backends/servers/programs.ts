import { execFileSync } from 'node:child_process';

/** A program of the suite, and the ways to it. */
export interface Program {
  readonly name: ProgramName;
  /** Names the program itself; it is over every other way. */
  readonly variable: string;
  /** What it may be called on the PATH. */
  readonly onPath: readonly string[];
  /** Whether what was found on the PATH will do. */
  accepts(path: string): boolean;
  /** How it is built where it is nowhere; null: it is not. */
  readonly build: Build | null;
  /** How to come by it, for people. */
  readonly install: string;
}

export type ProgramName = 'jaeger' | 'prometheus' | 'promtool' | 'alertmanager' | 'amtool';

/** A package of a Go module of `test/backends/tools`. */
interface Build {
  readonly module: 'jaeger' | 'prometheus';
  readonly package: string;
  readonly tags: readonly string[];
}

const PROMETHEUS = 'github.com/prometheus/prometheus/cmd';
/** Without the clients of clouds to find targets in: half the size and half the time. */
const SMALL = ['remove_all_sd'];
const GO = 'Go, with which it is built once (https://go.dev/dl, or apt-get install golang)';

export const PROGRAMS: Readonly<Record<ProgramName, Program>> = {
  jaeger: {
    name: 'jaeger',
    variable: 'JAEGER_BIN',
    onPath: ['jaeger'],
    accepts: (path) => said(path, ['version']).includes('gitVersion'),
    build: { module: 'jaeger', package: 'github.com/jaegertracing/jaeger/cmd/jaeger', tags: [] },
    install: `${GO}, or JAEGER_BIN (Jaeger 2), or JAEGER_URL`,
  },
  prometheus: {
    name: 'prometheus',
    variable: 'PROMETHEUS_BIN',
    onPath: ['prometheus'],
    accepts: isPrometheus3,
    build: { module: 'prometheus', package: `${PROMETHEUS}/prometheus`, tags: SMALL },
    install: `${GO}, or PROMETHEUS_BIN (Prometheus 3), or PROMETHEUS_URL`,
  },
  promtool: {
    name: 'promtool',
    variable: 'PROMTOOL_BIN',
    onPath: ['promtool'],
    accepts: isPrometheus3,
    build: { module: 'prometheus', package: `${PROMETHEUS}/promtool`, tags: SMALL },
    install: `${GO}, or PROMTOOL_BIN (of Prometheus 3)`,
  },
  alertmanager: {
    name: 'alertmanager',
    variable: 'ALERTMANAGER_BIN',
    onPath: ['alertmanager', 'prometheus-alertmanager'],
    accepts: () => true,
    build: null,
    install: 'apt-get install prometheus-alertmanager, or ALERTMANAGER_BIN, or ALERTMANAGER_URL',
  },
  amtool: {
    name: 'amtool',
    variable: 'AMTOOL_BIN',
    onPath: ['amtool'],
    accepts: () => true,
    build: null,
    install: 'apt-get install prometheus-alertmanager, or AMTOOL_BIN',
  },
};

/** Debian's is version 2, which takes no OTLP. */
function isPrometheus3(path: string): boolean {
  return !/version 2\./.test(said(path, ['--version']));
}

function said(path: string, args: readonly string[]): string {
  try {
    return execFileSync(path, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 10_000 });
  } catch {
    return '';
  }
}
