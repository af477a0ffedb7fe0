import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { ContractError } from '../errors.js';
import { checkBatch, checkTrial } from './schema.js';
import { opened, type Seal } from './seal.js';
import { type Batch, type Trial, TRIAL_VERSION } from './trial.js';

/**
 * A batch as the queue holds it: a version and compressed bytes in base64, which is smaller than the JSON and holds
 * nothing (NUL, lone surrogates) that a store's own JSON type would refuse.
 *
 * It is sealed as a whole: a batch names segments and prompts as well.
 */
export interface EncodedBatch {
  readonly v: typeof TRIAL_VERSION;
  /** base64 of raw DEFLATE of UTF-8 JSON, or of that sealed. */
  readonly bytes: string;
}

/** The most a batch may be once inflated, in bytes. */
export const MAX_BATCH_BYTES: number = 64 * 1024 * 1024;

const PLACE = 'batch';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** Encodes a batch, and seals it where there is a key. The compression runs off the event loop. */
export async function encodeBatch(batch: Batch, seal: Seal | null = null): Promise<EncodedBatch> {
  const bytes = await deflate(Buffer.from(JSON.stringify(batch)), { level: 1 });
  return { v: TRIAL_VERSION, bytes: (seal === null ? bytes : seal.seal(bytes, PLACE)).toString('base64') };
}

export interface DecodeOptions {
  /** The most it may be once inflated. Default {@link MAX_BATCH_BYTES}. */
  readonly maxBytes?: number;
  /** Opens what is sealed. Default: nothing does. */
  readonly seal?: Seal | null;
}

/**
 * Reads what the queue held. Throws {@link ContractError}: `version`, `encoding`, `size` or `field`; and `SealedError` where the
 * key it was sealed with is not here.
 */
export async function decodeBatch(data: unknown, options: DecodeOptions = {}): Promise<Batch> {
  const { maxBytes = MAX_BATCH_BYTES, seal = null } = options;
  const bytes = opened(Buffer.from(envelope(data).bytes, 'base64'), PLACE, seal);
  const result = checkBatch(parseJson(await inflated(bytes, maxBytes)));
  if (!result.success) throw fieldError('batch', result.issues);
  const batch = result.data as Batch;
  const foreign = batch.trials.find((trial) => trial.producer !== batch.producer);
  if (foreign !== undefined)
    throw fieldError('batch', [`trials: producer ${foreign.producer} in a batch of ${batch.producer}`]);
  return batch;
}

/** Reads one trial from a line of JSON. Throws {@link ContractError}. */
export function decodeTrial(line: string): Trial {
  const value = parseJson(line);
  requireVersion(value);
  const result = checkTrial(value);
  if (!result.success) throw fieldError('trial', result.issues);
  return result.data as Trial;
}

function envelope(data: unknown): { bytes: string } {
  requireVersion(data);
  const { bytes } = data as { bytes?: unknown };
  if (typeof bytes !== 'string') throw new ContractError('encoding', 'job data: expected `bytes` in base64');
  return { bytes };
}

function requireVersion(value: unknown): void {
  if (typeof value !== 'object' || value === null) throw new ContractError('encoding', 'expected an object');
  const version = (value as { v?: unknown }).v;
  if (version !== TRIAL_VERSION) {
    throw new ContractError('version', `expected version ${TRIAL_VERSION}, got ${JSON.stringify(version) ?? 'none'}`);
  }
}

async function inflated(deflated: Uint8Array, maxBytes: number): Promise<string> {
  try {
    const bytes = await inflate(deflated, { maxOutputLength: maxBytes });
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new ContractError('size', `job data: more than ${maxBytes} bytes once inflated`, { cause });
    }
    throw new ContractError('encoding', 'job data: `bytes` is not raw DEFLATE of UTF-8 in base64', { cause });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ContractError('encoding', 'not JSON', { cause });
  }
}

function fieldError(what: string, issues: readonly string[]): ContractError {
  const shown = issues.slice(0, 5).join('; ');
  const more = issues.length > 5 ? ` (and ${issues.length - 5} more)` : '';
  return new ContractError('field', `${what}: ${shown}${more}`);
}
