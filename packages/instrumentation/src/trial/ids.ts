import { randomBytes, randomFillSync } from 'node:crypto';
import type { CallId, PairId } from './trial.js';

/** Makes the ids of one producer's calls and pairs. */
export interface Ids {
  /** A UUIDv7 of the given epoch ms: strictly greater, as text, than every id made before it. */
  next(startedAt: number): CallId & PairId;
  /** The id of a call: the same for every experiment that takes it, and made where the first one does. */
  ofCall(call: { readonly startedAt: number }): CallId;
}

const SEQUENCE_LIMIT = 0x1000;
const RANDOM_POOL_BYTES = 4096;
const TAIL_BYTES = 8;

/**
 * UUIDv7 (RFC 9562 section 6.2, method 1): 48 bits of milliseconds, 12 bits of sequence, 62 random bits. A clock that stands
 * still or steps back reuses the last millisecond; 4,096 ids in one millisecond borrow from the next.
 */
export function createIds(fillRandom: (pool: Uint8Array) => void = randomFillSync): Ids {
  const pool = Buffer.alloc(RANDOM_POOL_BYTES);
  // A whole pool is made text at once: every call gets an id, sampled or not. Pieces under 13 characters are copied, and hold no pool.
  let tails = '';
  let offset = 0;
  let prefix = '';
  let lastMs = -1;
  let sequence = 0;

  function tail(): string {
    if (offset === tails.length) {
      fillRandom(pool);
      for (let at = 0; at < RANDOM_POOL_BYTES; at += TAIL_BYTES) pool[at] = ((pool[at] ?? 0) & 0x3f) | 0x80;
      tails = pool.toString('hex');
      offset = 0;
    }
    const at = offset;
    offset += TAIL_BYTES * 2;
    return `${tails.slice(at, at + 4)}-${tails.slice(at + 4, offset)}`;
  }

  function moveTo(ms: number): void {
    lastMs = ms;
    sequence = 0;
    const time = ms.toString(16).padStart(12, '0');
    prefix = `${time.slice(0, 8)}-${time.slice(8)}-7`;
  }

  function next(startedAt: number): CallId & PairId {
    const ms = Math.max(0, Math.floor(startedAt));
    if (ms > lastMs) moveTo(ms);
    else if (++sequence === SEQUENCE_LIMIT) moveTo(lastMs + 1);
    const low = sequence.toString(16).padStart(3, '0');
    return `${prefix}${low}-${tail()}` as CallId & PairId;
  }

  const calls = new WeakMap<object, CallId>();
  return {
    next,
    ofCall(call) {
      let id = calls.get(call);
      if (id === undefined) calls.set(call, (id = next(call.startedAt)));
      return id;
    },
  };
}

/** A new producer's id: one per process, letters and digits, usable in a job id. */
export function createProducerId(): string {
  return `p${randomBytes(8).toString('hex')}`;
}

/** The id of a batch's job: the same batch sent twice is the same job. */
export function batchJobId(producer: string, seq: number): string {
  return `${producer}-${seq}`;
}
