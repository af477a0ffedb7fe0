import type { Query } from './database.js';

/** A batch that has not come this long after a later one is taken for lost: its counts came again with the later ones. */
const LOST_AFTER_MS = 300_000;

interface Pending {
  readonly seq: number;
  readonly watermark: number | null;
  readonly stored_at: number;
}

/**
 * Moves a producer on to the last batch before which none is missing, and takes over its watermark: only there does "every
 * call before is resolved" speak of calls we know. Needs the producer's row locked.
 */
export async function advance(query: Query, producer: string, now: number): Promise<void> {
  const { rows } = await query<Pending>(
    'select seq, watermark, stored_at from understudy.batches where producer = $1 order by seq',
    [producer],
  );
  const { rows: known } = await query<{ contiguous: number; watermark: number | null }>(
    'select contiguous, watermark from understudy.producers where producer = $1',
    [producer],
  );
  const next = contiguousThrough(rows, known[0] ?? { contiguous: -1, watermark: null }, now);
  if (next.contiguous === known[0]?.contiguous) return;
  await query('update understudy.producers set contiguous = $2, watermark = $3 where producer = $1', [
    producer,
    next.contiguous,
    next.watermark,
  ]);
  await query('delete from understudy.batches where producer = $1 and seq <= $2', [producer, next.contiguous]);
}

/** Pure: `pending` in order of `seq`. */
export function contiguousThrough(
  pending: readonly Pending[],
  from: { readonly contiguous: number; readonly watermark: number | null },
  now: number,
): { contiguous: number; watermark: number | null } {
  let { contiguous, watermark } = from;
  for (const batch of pending) {
    const gap = batch.seq > contiguous + 1;
    if (gap && now - batch.stored_at < LOST_AFTER_MS) break;
    contiguous = Math.max(contiguous, batch.seq);
    if (batch.watermark !== null) watermark = Math.max(watermark ?? batch.watermark, batch.watermark);
  }
  return { contiguous, watermark };
}
