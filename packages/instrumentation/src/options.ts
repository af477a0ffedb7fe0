import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigurationError } from './errors.js';
import { DEFAULTS } from './experiment/defaults.js';
import type { Encryption, Experiment, ExperimentInput, SecretReference } from './experiment/definition.js';
import { sealOf } from './experiment/encryption.js';
import { resolveExperiment } from './experiment/resolve.js';
import { defaultPiMin } from './experiment/resolve-sampling.js';
import { describeReference, secretText } from './experiment/secret-reference.js';
import { parseStoreUrl } from './experiment/store.js';
import { anchorEmbedded, parseConfigYaml } from './experiment/yaml.js';
import type { Seal } from './trial/seal.js';

/** Where the experiments come from. Without any of it, `understudy.yaml` in the working directory is read if it is there. */
export interface SourceOptions {
  /** The experiments, in code. Excludes `configFile`. */
  readonly experiments?: readonly ExperimentInput[];
  /** Path of the configuration file. Default: `UNDERSTUDY_CONFIG`, else `understudy.yaml` where there is one. */
  readonly configFile?: string;
  /** `redis://`, `postgres://` or `embedded:FOLDER`. Default: the file's, else `embedded:./.understudy`. */
  readonly queueUrl?: string;
  /** Where the key is that what travels is sealed with: 32 bytes, in base64 or hex. Default: the file's `encryption.key`, else none. */
  readonly encryptionKey?: SecretReference;
  /** Default: the process's. */
  readonly environment?: Environment;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The experiments that run, and where their trials go. */
export interface Source {
  readonly experiments: readonly Experiment[];
  readonly queueUrl: string;
  /** Null: what travels is not sealed. */
  readonly seal: Seal | null;
  /** The primary's own fetch goes through the proxies of the environment: so must shadows. */
  readonly environmentProxy: boolean;
  /** `OTEL_SEMCONV_STABILITY_OPT_IN` asks for the newest names of the GenAI conventions. */
  readonly latestConventions: boolean;
  /** Where `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` asks for what was said. */
  readonly messageContent: MessageContent;
}

/** Events need OpenTelemetry's Logs API, which this package does not depend on: it makes none. */
export type MessageContent = 'none' | 'span' | 'event' | 'span_and_event';

/** `absent`: nobody has configured anything. `disabled`: somebody has switched it off. */
export type Resolved =
  | { readonly status: 'ready'; readonly source: Source }
  | { readonly status: 'absent' | 'disabled' };

interface Found {
  readonly experiments: readonly Experiment[];
  readonly queueUrl: string;
  readonly encryption: Encryption | null;
}

const DEFAULT_FILE = 'understudy.yaml';

/** As the GenAI conventions' instrumentations name it, for all of them in the process at once. */
export const MESSAGE_CONTENT = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT';

/** Its values; before there were events beside spans it was a switch. */
const MESSAGE_CONTENTS: ReadonlyMap<string, MessageContent> = new Map([
  ['NO_CONTENT', 'none'],
  ['SPAN_ONLY', 'span'],
  ['EVENT_ONLY', 'event'],
  ['SPAN_AND_EVENT', 'span_and_event'],
  ['TRUE', 'span'],
  ['FALSE', 'none'],
]);

/**
 * Reads the configuration, code and file first, the environment over it: `UNDERSTUDY_ENABLED`, `UNDERSTUDY_CONFIG`,
 * `UNDERSTUDY_QUEUE_URL`, `UNDERSTUDY_SAMPLE_RATE`. Throws {@link ConfigurationError} with everything that is wrong.
 */
export function resolveSource(options: SourceOptions): Resolved {
  const environment = options.environment ?? process.env;
  if (readSwitch(environment, 'UNDERSTUDY_ENABLED') === false) return { status: 'disabled' };
  const found = readExperiments(options, environment);
  if (found === null) return { status: 'absent' };

  const rate = readRate(environment, 'UNDERSTUDY_SAMPLE_RATE');
  const experiments =
    rate === null ? found.experiments : found.experiments.map((experiment) => withRate(experiment, rate));
  const url = setting(environment, 'UNDERSTUDY_QUEUE_URL') ?? options.queueUrl ?? found.queueUrl;
  const queueUrl = anchorEmbedded(url, process.cwd());
  parseStoreUrl(queueUrl);
  const { encryptionKey: key } = options;
  const encryption = key === undefined ? found.encryption : { key, previous: [] };
  return {
    status: 'ready',
    source: {
      experiments,
      queueUrl,
      // The service writes only.
      seal: sealOf(encryption && { ...encryption, previous: [] }, environment),
      environmentProxy: usesEnvironmentProxy(environment),
      latestConventions: optsIn(environment, 'gen_ai_latest_experimental'),
      messageContent: readMessageContent(environment),
    },
  };
}

/** Reads a secret. Throws {@link ConfigurationError} that names its reference, never what was found. */
export function readSecret(reference: SecretReference, environment: Environment = process.env): string {
  const secret = secretText(reference, environment);
  if (secret !== undefined && /^[\x21-\x7e]+$/.test(secret)) return secret;
  const got = secret === undefined ? 'nothing there' : 'characters that no header can hold';
  throw new ConfigurationError('apiKey', [`expected a key in ${describeReference(reference)}, got ${got}`]);
}

function readExperiments({ experiments, configFile }: SourceOptions, environment: Environment): Found | null {
  if (experiments !== undefined) {
    if (configFile !== undefined)
      throw new ConfigurationError('options', ['experiments: expected either these or `configFile`, got both']);
    const resolved = experiments.map((input, index) => resolveExperiment(input, `experiments.${index}`));
    const twice = resolved.find(({ name }, index) => resolved.findIndex((other) => other.name === name) !== index);
    if (twice !== undefined)
      throw new ConfigurationError('options', [`experiments: expected distinct names, got \`${twice.name}\` twice`]);
    return { experiments: resolved, queueUrl: DEFAULTS.queueUrl, encryption: null };
  }
  const path =
    configFile ?? setting(environment, 'UNDERSTUDY_CONFIG') ?? (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : null);
  if (path === null) return null;
  const config = parseConfigYaml(readConfig(path), path);
  return { experiments: config.experiments, queueUrl: config.queue.url, encryption: config.encryption };
}

function readConfig(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigurationError(resolve(path), ['expected a file that can be read'], { cause });
  }
}

/**
 * A rate from outside must not make every call inadmissible: a `piMin` that was only a default follows it down. Rules stay as they are,
 * but for 0, which somebody sets to have no shadows at all.
 */
function withRate(experiment: Experiment, rate: number): Experiment {
  const { sample, piMin, target } = experiment;
  const changed = { ...sample, rate, rules: rate === 0 ? [] : sample.rules };
  const followed =
    piMin === defaultPiMin(sample, target) && rate > 0 ? Math.min(piMin, defaultPiMin(changed, target)) : piMin;
  if (rate > 0 && rate < followed) {
    throw new ConfigurationError('UNDERSTUDY_SAMPLE_RATE', [
      `expected at least piMin (${followed}) of ${experiment.name}, got ${rate}`,
    ]);
  }
  return { ...experiment, sample: changed, piMin: followed };
}

function setting(environment: Environment, name: string): string | undefined {
  const value = environment[name]?.trim();
  return value === '' ? undefined : value;
}

function readSwitch(environment: Environment, name: string): boolean | null {
  const value = setting(environment, name)?.toLowerCase();
  if (value === undefined) return null;
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw new ConfigurationError(name, [`expected true or false, got ${JSON.stringify(value.slice(0, 40))}`]);
}

function readRate(environment: Environment, name: string): number | null {
  const value = setting(environment, name);
  if (value === undefined) return null;
  const rate = Number(value);
  if (rate >= 0 && rate <= 1) return rate;
  throw new ConfigurationError(name, [`expected a number in [0,1], got ${JSON.stringify(value.slice(0, 40))}`]);
}

function readMessageContent(environment: Environment): MessageContent {
  const value = setting(environment, MESSAGE_CONTENT);
  if (value === undefined) return 'none';
  const found = MESSAGE_CONTENTS.get(value.toUpperCase());
  if (found !== undefined) return found;
  const expected = [...MESSAGE_CONTENTS.keys()].slice(0, 4).join(', ');
  throw new ConfigurationError(MESSAGE_CONTENT, [`expected ${expected}, got ${JSON.stringify(value.slice(0, 40))}`]);
}

/** A list of categories, separated by commas. */
function optsIn(environment: Environment, category: string): boolean {
  const asked = setting(environment, 'OTEL_SEMCONV_STABILITY_OPT_IN') ?? '';
  return asked.split(',').some((each) => each.trim() === category);
}

function usesEnvironmentProxy(environment: Environment): boolean {
  return setting(environment, 'NODE_USE_ENV_PROXY') === '1' || process.execArgv.includes('--use-env-proxy');
}
