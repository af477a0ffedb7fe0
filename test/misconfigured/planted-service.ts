import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Environment, type Running, start } from '../end-to-end/processes.js';
import { vi } from 'vitest';
import { UNGOVERNED } from '../integration/service-harness.js';
import { RIGHT_KEY, WRONG_KEY } from './candidate-server.js';
import type { Fault } from './faults.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const EXAMPLE = here('../../examples/service/');
const REGISTER = '@understudy/instrumentation/register';
const CLOCK_OFF_MS = 300_000;
const ASK_EVERY_MS = 1000;

/** The world a service is in, as it is where nothing is wrong. */
export interface Surroundings {
  readonly folder: string;
  readonly redisUrl: string;
  /** What a service has that looks at another queue: one for each. */
  readonly otherRedisUrl: (index: number) => string;
  readonly ledgerUrl: string;
  readonly otlpUrl: string;
  readonly primaryUrl: string;
  readonly candidateUrl: string;
  /** Where nobody listens. */
  readonly blockedUrl: string;
}

/** A service with some faults, and what it takes to run `doctor` where it runs. */
export interface Planted {
  readonly name: string;
  readonly faults: readonly Fault[];
  readonly folder: string;
  readonly config: string;
  readonly environment: Environment;
}

/** Its experiment, faults and all. */
export function experimentOf(name: string, faults: readonly Fault[], around: Surroundings): Record<string, unknown> {
  const has = (fault: Fault): boolean => faults.includes(fault);
  const model = has('wrong model') ? 'misspelt' : has('unknown price') ? 'house-model' : 'gpt-5-mini';
  const baseUrl = has('blocked egress') ? around.blockedUrl : around.candidateUrl;
  return {
    name,
    candidates: { c: { model, baseUrl, apiKey: { env: 'CANDIDATE_KEY' } } },
    sample: { rate: has('rate 0') ? 0 : 1 },
    piMin: 0.1,
    noise: { rate: 0.5 },
    content: 'full',
    slice: { lengthMs: 10_000 },
    governor: UNGOVERNED,
    ...(has('unknown price') && { budget: { usd: 5 } }),
    ...(has('window over') && { window: { from: '2026-01-01T00:00:00Z', until: '2026-01-02T00:00:00Z' } }),
  };
}

/** Writes its folder and its configuration. */
export function plant(name: string, faults: readonly Fault[], around: Surroundings, index: number): Planted {
  const has = (fault: Fault): boolean => faults.includes(fault);
  const folder = join(around.folder, name);
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'understudy.yaml');
  const stores = { queue: { url: around.redisUrl }, ledger: { url: around.ledgerUrl } };
  const experiments = [experimentOf(name, faults, around)];
  writeFileSync(config, JSON.stringify({ version: 1, ...stores, experiments }));
  writeFolder(folder, has);
  const exporter = has('no exporter') ? 'none' : 'otlp';
  return {
    name,
    faults,
    folder,
    config,
    environment: {
      UNDERSTUDY_CONFIG: config,
      ...(has('wrong queue') && {
        UNDERSTUDY_QUEUE_URL: around.otherRedisUrl(index),
        UNDERSTUDY_LEDGER_URL: around.ledgerUrl,
      }),
      CANDIDATE_KEY: has('wrong key') ? WRONG_KEY : RIGHT_KEY,
      OPENAI_API_KEY: 'sk-primary',
      OPENAI_BASE_URL: around.primaryUrl,
      OTEL_LOG_LEVEL: 'warn',
      OTEL_EXPORTER_OTLP_ENDPOINT: around.otlpUrl,
      OTEL_TRACES_EXPORTER: exporter,
      OTEL_METRICS_EXPORTER: exporter,
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_METRIC_EXPORT_INTERVAL: '3000',
      OTEL_METRIC_EXPORT_TIMEOUT: '3000',
      OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=${name}`,
      ...(has('clock skew') && {
        CLOCK_OFF_MS: String(CLOCK_OFF_MS),
        NODE_OPTIONS: `--import ${here('./other-clock.ts')}`,
      }),
    },
  };
}

/** What `doctor` can read of it. */
function writeFolder(folder: string, has: (fault: Fault) => boolean): void {
  const install = (path: string, version: string): void => {
    mkdirSync(join(folder, 'node_modules', path), { recursive: true });
    writeFileSync(join(folder, 'node_modules', path, 'package.json'), JSON.stringify({ version }));
  };
  install('@opentelemetry/api', '1.10.0');
  install('@opentelemetry/sdk-node', '0.301.0');
  install('@understudy/instrumentation', '0.1.0');
  if (has('two APIs')) install('agent/node_modules/@opentelemetry/api', '1.9.1');
  const client = "import OpenAI from 'openai';\n";
  const ours = "import { UnderstudyInstrumentation } from '@understudy/instrumentation';\n";
  writeFileSync(join(folder, 'instrumentation.mjs'), has('SDK before us') ? client + ours : ours);
  const scripts = { start: 'node --import ./instrumentation.mjs server.mjs' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts }));
}

/** Starts the service of `examples/` so, and asks it again and again until it ends. Adds to `begun` what is to be stopped. */
export async function startPlanted({ faults, environment }: Planted, begun: Running[]): Promise<Running> {
  const agent = faults.includes('two APIs');
  const server = `${EXAMPLE}server.ts`;
  const instrumentation = agent ? REGISTER : `${EXAMPLE}instrumentation.ts`;
  const running = start(
    [
      ...(agent ? ['--import', here('../worlds/older/agent.ts')] : []),
      ...(faults.includes('SDK before us')
        ? [here('./late-tap.ts'), server, instrumentation]
        : ['--import', instrumentation, server]),
    ],
    environment,
  );
  begun.push(running);
  const port = Number((await said(running, /listening on (\d+)/))[1]);
  let asked = 0;
  const timer = setInterval(() => {
    const question = { conversation: `c${asked}`, topic: 'refunds', question: `Question ${(asked += 1)}?` };
    void fetch(`http://127.0.0.1:${port}/ask`, { method: 'POST', body: JSON.stringify(question) })
      .then((response) => response.text())
      .catch(() => undefined);
  }, ASK_EVERY_MS);
  running.child.once('exit', () => clearInterval(timer));
  return running;
}

/** Waits until it has said so, for as long as a machine may take that has much else to do. */
export async function said({ child, log }: Running, pattern: RegExp): Promise<RegExpExecArray> {
  return await vi.waitFor(
    () => {
      const found = pattern.exec(log());
      if (found === null) throw new Error(`expected ${pattern}, got exit code ${child.exitCode} and:\n${log()}`);
      return found;
    },
    { timeout: 90_000, interval: 50 },
  );
}
