import { randomBytes, randomFillSync } from 'node:crypto';
import type { CallId, PairId } from './trial.js';

/** Makes the ids of one producer's calls and pairs. */
export interface Ids {
  /** A UUIDv7 of the given epoch ms: strictly greater, as text, than every id made before it. */
  next(startedAt: number): CallId & PairId;
}

const SEQUENCE_LIMIT = 0x1000;
const RANDOM_POOL_BYTES = 4096;

/**
 * UUIDv7 (RFC 9562 section 6.2, method 1): 48 bits of milliseconds, 12 bits of sequence, 62 random bits. A clock that stands
 * still or steps back reuses the last millisecond; 4,096 ids in one millisecond borrow from the next.
 */
export function createIds(fillRandom: (pool: Uint8Array) => void = randomFillSync): Ids {
  const pool = new Uint8Array(RANDOM_POOL_BYTES);
  let poolOffset = RANDOM_POOL_BYTES;
  let lastMs = 0;
  let sequence = 0;

  function tail(): string {
    if (poolOffset + 8 > RANDOM_POOL_BYTES) {
      fillRandom(pool);
      poolOffset = 0;
    }
    const bytes = pool.slice(poolOffset, poolOffset + 8);
    poolOffset += 8;
    bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x80;
    const hex = Buffer.from(bytes.buffer).toString('hex');
    return `${hex.slice(0, 4)}-${hex.slice(4)}`;
  }

  return {
    next(startedAt) {
      const ms = Math.max(0, Math.floor(startedAt));
      if (ms > lastMs) {
        lastMs = ms;
        sequence = 0;
      } else if (++sequence === SEQUENCE_LIMIT) {
        lastMs += 1;
        sequence = 0;
      }
      const time = lastMs.toString(16).padStart(12, '0');
      const low = sequence.toString(16).padStart(3, '0');
      return `${time.slice(0, 8)}-${time.slice(8)}-7${low}-${tail()}` as CallId & PairId;
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
