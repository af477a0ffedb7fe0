import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  anchorEmbedded,
  ConfigurationError,
  DEFAULTS,
  type Encryption,
  type Experiment,
  parseConfigYaml,
  resolveConfig,
  sealOf,
  secretText,
  type SecretReference,
  type UnderstudyConfig,
} from '@understudy/instrumentation/experiment';
import type { Seal } from '@understudy/instrumentation/trial';
import { type Listen, listenFrom, type Webhook, webhooksFrom } from './outputs.js';

/** Everything the evaluator is told from outside, checked and with defaults resolved. */
export interface EvaluatorConfig {
  /** Where it comes from, for people: a file's path, `the environment` or `the defaults`. */
  readonly source: string;
  readonly queueUrl: string;
  readonly ledgerUrl: string;
  /** Where the keys are that content is sealed with; null: it is not. {@link loadSeal} reads them. */
  readonly encryption: Encryption | null;
  /** How long content is kept in the ledger, in milliseconds; null: for ever. */
  readonly retentionMs: number | null;
  readonly telemetry: Telemetry;
  /** Where `/api/verdict` is answered; null: nowhere. */
  readonly listen: Listen | null;
  /** Who is told where a verdict is not what it was. */
  readonly webhooks: readonly Webhook[];
  /** The experiments of the file; none where the services have theirs in code. */
  readonly experiments: readonly Experiment[];
}

/** Where telemetry goes. A null URL: that signal is not exported. */
export interface Telemetry {
  /** OTLP over HTTP, complete, such as `http://localhost:4318/v1/traces`. */
  readonly tracesUrl: string | null;
  readonly metricsUrl: string | null;
  /** Default null. */
  readonly logsUrl?: string | null;
  /** Milliseconds between two exports of metrics. */
  readonly metricIntervalMs: number;
  /** The `service.name` of spans and metrics. */
  readonly serviceName: string;
}

/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a terminal should get: colours only where it can show them and nobody asked for none. */
export interface Terminal {
  readonly color: boolean;
  /** Lines may be written over. */
  readonly live: boolean;
}

const DEFAULT_FILE = 'understudy.yaml';
/** The {@link EvaluatorConfig.source} where there is no file. */
export const NO_FILE = 'the defaults';
const METRIC_INTERVAL_MS = 10_000;
const DAY_MS = 86_400_000;
/** How long content is kept where nothing is said. */
export const RETENTION_MS: number = DEFAULTS.retention.days * DAY_MS;

/**
 * Reads the configuration: the file of `--config`, else of `UNDERSTUDY_CONFIG`, else `./understudy.yaml` where it is there;
 * `UNDERSTUDY_QUEUE_URL` and `UNDERSTUDY_LEDGER_URL` override it. Throws {@link ConfigurationError}.
 *
 * @param options.env default: the process's. @param options.cwd default: the process's.
 */
export function loadConfig(
  options: { readonly path?: string | undefined; readonly env?: Environment; readonly cwd?: string } = {},
): EvaluatorConfig {
  const { env = process.env, cwd = process.cwd() } = options;
  const { config, source } = readFile(options.path, env, cwd);
  const stores = overridden(config, env, cwd);
  const { encryption, retention } = config;
  const retentionMs = retention.days === null ? null : retention.days * DAY_MS;
  const outputs = { telemetry: telemetryFrom(env), listen: listenFrom(env), webhooks: webhooksFrom(env) };
  return { source, ...stores, encryption, retentionMs, ...outputs, experiments: config.experiments };
}

/** Reads the keys a configuration names, for what opens content or writes it. Throws {@link ConfigurationError}. */
export function loadSeal(
  { encryption }: Pick<EvaluatorConfig, 'encryption'>,
  env: Environment = process.env,
): Seal | null {
  return sealOf(encryption, env);
}

/** What every Node of this environment is started with; null: nothing. */
export function nodeOptionsOf(env: Environment = process.env): string | null {
  return set(env['NODE_OPTIONS']) ? env['NODE_OPTIONS'] : null;
}

/** What a named secret is; undefined where there is nothing. */
export type Secrets = (reference: SecretReference) => string | undefined;

/** Finds secrets where they are named: in the environment, or in files. */
export function secretsOf(env: Environment = process.env): Secrets {
  return (reference) => secretText(reference, env);
}

/** What the given stream can show, by `NO_COLOR`, `FORCE_COLOR` and `TERM`. */
export function terminalOf(stream: { readonly isTTY?: boolean }, env: Environment = process.env): Terminal {
  const live = stream.isTTY === true && env['TERM'] !== 'dumb' && !set(env['CI']);
  const forced = set(env['FORCE_COLOR']) && env['FORCE_COLOR'] !== '0';
  return { live, color: !set(env['NO_COLOR']) && (forced || (stream.isTTY === true && env['TERM'] !== 'dumb')) };
}

/** The environment for a child process of ours: the process's own, with the given variables set. */
export function childEnvironment(variables: Environment): Environment {
  return { ...process.env, ...variables };
}

function readFile(
  given: string | undefined,
  env: Environment,
  cwd: string,
): { config: UnderstudyConfig; source: string } {
  const named = given ?? (set(env['UNDERSTUDY_CONFIG']) ? env['UNDERSTUDY_CONFIG'] : undefined);
  const path = resolve(cwd, named ?? DEFAULT_FILE);
  if (named === undefined && !existsSync(path)) {
    const config = resolveConfig({ version: 1, ledger: { url: 'embedded:./.understudy' } });
    return { config: anchored(config, cwd), source: NO_FILE };
  }
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const by = given === undefined ? 'UNDERSTUDY_CONFIG' : '--config';
    throw new ConfigurationError(path, [`${by}: expected a file that can be read`], { cause });
  }
  return { config: parseConfigYaml(text, path), source: path };
}

function anchored(config: UnderstudyConfig, cwd: string): UnderstudyConfig {
  return {
    ...config,
    queue: { url: anchorEmbedded(config.queue.url, cwd) },
    ledger: { url: anchorEmbedded(config.ledger.url, cwd) },
  };
}

/** A ledger that was simply the queue's store follows a queue that is moved. */
function overridden(config: UnderstudyConfig, env: Environment, cwd: string): { queueUrl: string; ledgerUrl: string } {
  const queue = set(env['UNDERSTUDY_QUEUE_URL']) ? env['UNDERSTUDY_QUEUE_URL'] : config.queue.url;
  const shared = config.ledger.url === config.queue.url;
  const ledger = set(env['UNDERSTUDY_LEDGER_URL'])
    ? { url: env['UNDERSTUDY_LEDGER_URL'] }
    : shared && queue !== config.queue.url
      ? undefined
      : config.ledger;
  const checked = resolveConfig(
    { version: 1, queue: { url: queue }, ledger },
    'UNDERSTUDY_QUEUE_URL, UNDERSTUDY_LEDGER_URL',
  );
  const { queue: to, ledger: at } = anchored(checked, cwd);
  return { queueUrl: to.url, ledgerUrl: at.url };
}

/** Where telemetry goes, by the variables of OpenTelemetry. Throws {@link ConfigurationError}. */
export function telemetryFrom(env: Environment = process.env): Telemetry {
  const interval = Number(env['OTEL_METRIC_EXPORT_INTERVAL']);
  return {
    tracesUrl: signalUrl(env, 'TRACES', 'v1/traces'),
    metricsUrl: signalUrl(env, 'METRICS', 'v1/metrics'),
    logsUrl: signalUrl(env, 'LOGS', 'v1/logs'),
    metricIntervalMs: Number.isInteger(interval) && interval > 0 ? interval : METRIC_INTERVAL_MS,
    serviceName: set(env['OTEL_SERVICE_NAME']) ? env['OTEL_SERVICE_NAME'] : 'understudy-evaluator',
  };
}

/** Headers that exporters are to send with a signal, by the variables of OpenTelemetry: `name=value,name=value`, percent-encoded. */
export function otlpHeadersFrom(
  signal: 'TRACES' | 'METRICS' | 'LOGS',
  env: Environment = process.env,
): Readonly<Record<string, string>> {
  const own = env[`OTEL_EXPORTER_OTLP_${signal}_HEADERS`];
  const text = set(own) ? own : (env['OTEL_EXPORTER_OTLP_HEADERS'] ?? '');
  const pairs = text.split(',').flatMap((pair) => {
    const [name = '', ...value] = pair.split('=');
    return /^[\w!#$%&'*+.^`|~-]+$/.test(name.trim()) ? [[name.trim().toLowerCase(), unescaped(value.join('='))]] : [];
  });
  return Object.fromEntries(pairs) as Readonly<Record<string, string>>;
}

/** What is not percent-encoded after all stays as it is. */
function unescaped(value: string): string {
  try {
    return decodeURIComponent(value.trim());
  } catch {
    return value.trim();
  }
}

/** By the specification of the OTLP exporter: a signal's own endpoint as it is, the common one with the signal's path. */
function signalUrl(env: Environment, signal: 'TRACES' | 'METRICS' | 'LOGS', path: string): string | null {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || env[`OTEL_${signal}_EXPORTER`] === 'none') return null;
  const own = env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`];
  if (set(own)) return checkedUrl(own, `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`);
  const common = env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (!set(common)) return null;
  checkedUrl(common, 'OTEL_EXPORTER_OTLP_ENDPOINT');
  return `${common.replace(/\/+$/, '')}/${path}`;
}

function checkedUrl(url: string, variable: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new ConfigurationError(variable, ['expected an http or https URL, such as http://localhost:4318']);
}

function set(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
