import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../errors.js';
import { modelsNamedIn } from './models-named.js';
import { sdksAmong, type Sdk } from './sdks.js';

/** What there is to know of a service from its folder. */
export interface Service {
  readonly folder: string;
  readonly name: string;
  readonly sdks: readonly Sdk[];
  /** The models its sources name, the commonest first. */
  readonly models: readonly string[];
  /** Its own file that starts OpenTelemetry; null: none was found. */
  readonly telemetry: { readonly file: string; readonly isWired: boolean } | null;
  readonly typescript: boolean;
  /** What starts it, as `scripts.start` or `main` says; null: neither does. */
  readonly start: string | null;
  readonly install: 'npm install' | 'pnpm add' | 'yarn add' | 'bun add';
  /** Of what is needed, the packages it does not have. */
  readonly missing: readonly string[];
}

/** What a service needs beside its own dependencies. */
const NEEDED = ['@understudy/instrumentation', '@opentelemetry/sdk-node'];

const TELEMETRY = ['instrumentation', 'telemetry', 'tracing', 'otel', 'opentelemetry'].flatMap((name) =>
  ['ts', 'mts', 'js', 'mjs', 'cjs'].flatMap((ending) => [`${name}.${ending}`, `src/${name}.${ending}`]),
);

const LOCKS = [
  ['pnpm-lock.yaml', 'pnpm add'],
  ['yarn.lock', 'yarn add'],
  ['bun.lock', 'bun add'],
] as const;

/** Reads a service from the folder of its package.json. Throws {@link ConfigurationError} where there is none that can be read. */
export function readService(folder: string): Service {
  const path = join(folder, 'package.json');
  const manifest = manifestAt(path);
  const dependencies = Object.keys({ ...record(manifest['devDependencies']), ...record(manifest['dependencies']) });
  const start = record(manifest['scripts'])['start'] ?? manifest['main'];
  const has = (file: string): boolean => existsSync(join(folder, file));
  return {
    folder,
    name: typeof manifest['name'] === 'string' ? manifest['name'] : 'service',
    sdks: sdksAmong(dependencies),
    models: modelsNamedIn(folder),
    telemetry: telemetryIn(folder),
    typescript: has('tsconfig.json'),
    start: typeof start === 'string' ? start : null,
    install: LOCKS.find(([lock]) => has(lock))?.[1] ?? 'npm install',
    missing: NEEDED.filter((name) => !dependencies.includes(name)),
  };
}

function manifestAt(path: string): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigurationError(path, ['expected the package.json of a service: run it in its folder'], { cause });
  }
  try {
    return record(JSON.parse(text));
  } catch (cause) {
    throw new ConfigurationError(path, ['expected JSON'], { cause });
  }
}

/** `understudy init` writes this one, and may again. */
export const INSTRUMENTATION = 'instrumentation.mjs';

/** The service's own file that starts OpenTelemetry, and whether it has ours in it already. */
function telemetryIn(folder: string): Service['telemetry'] {
  for (const file of TELEMETRY.filter((name) => existsSync(join(folder, name)))) {
    const text = readFileSync(join(folder, file), 'utf8');
    const isWired = text.includes('UnderstudyInstrumentation');
    if (text.includes('@opentelemetry/') && !(isWired && file === INSTRUMENTATION)) return { file, isWired };
  }
  return null;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
