import { type CallId, opened, type Seal, type SubjectKey, UnderstudyError } from '@understudy/instrumentation/trial';
import type { Vector } from '../score/vector.js';
import type { Query } from './database.js';

/** A vector to be kept, with the call it was made for. */
export interface KeptVector {
  /** Of the text and the model. */
  readonly key: string;
  readonly call: CallId;
  readonly subject: SubjectKey | null;
  readonly vector: Vector;
}

/** The vectors that were paid for. Rejects as the ledger does. */
export interface EmbeddingLedger {
  /** Those there are, by key; one that is sealed with a key that is not here is not. */
  find(keys: readonly string[]): Promise<ReadonlyMap<string, Vector>>;
  /** Whose text it is, is who had it first. */
  keep(vectors: readonly KeptVector[], now: number): Promise<void>;
}

export function embeddingsOf(query: Query, seal: Seal | null): EmbeddingLedger {
  return {
    async find(keys) {
      const found = new Map<string, Vector>();
      if (keys.length === 0) return found;
      const { rows } = await query<{ key: string; vector: Buffer }>(
        'select key, vector from understudy.embeddings where key = any($1::text[])',
        [keys],
      );
      for (const { key, vector } of rows) {
        const bytes = openedOrNull(vector, key, seal);
        if (bytes !== null)
          found.set(
            key,
            Int8Array.from(bytes, (byte) => (byte << 24) >> 24),
          );
      }
      return found;
    },
    async keep(vectors, now) {
      const sorted = vectors.toSorted((a, b) => (a.key < b.key ? -1 : 1));
      await query(
        `insert into understudy.embeddings (key, call, subject, vector, stored_at)
         select key, call, subject, decode(vector, 'base64'), $5
         from unnest($1::text[], $2::uuid[], $3::text[], $4::text[]) as t (key, call, subject, vector) on conflict do nothing`,
        [
          sorted.map(({ key }) => key),
          sorted.map(({ call }) => call),
          sorted.map(({ subject }) => subject),
          sorted.map(({ key, vector }) => sealed(vector, key, seal).toString('base64')),
          now,
        ],
      );
    },
  };
}

function sealed(vector: Vector, key: string, seal: Seal | null): Buffer {
  const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  // The mark of what is sealed is no first byte of a vector that is not.
  return seal === null ? Buffer.concat([PLAIN, bytes]) : seal.seal(Buffer.concat([PLAIN, bytes]), placeOf(key));
}

const PLAIN = Buffer.of(1);

function openedOrNull(bytes: Buffer, key: string, seal: Seal | null): Uint8Array | null {
  try {
    return opened(bytes, placeOf(key), seal).subarray(PLAIN.length);
  } catch (error) {
    if (UnderstudyError.isInstance(error)) return null;
    throw error;
  }
}

function placeOf(key: string): string {
  return `embedding ${key}`;
}
