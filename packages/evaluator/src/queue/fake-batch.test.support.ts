import type { Batch, Trial } from '@understudy/instrumentation/trial';

/** A batch of the producer `p1` that says nothing but its trials. */
export function batchOf(seq: number, trials: readonly Trial[] = []): Batch {
  return {
    v: 1,
    producer: 'p1',
    seq,
    startedAt: 1,
    sentAt: 1,
    watermark: 1,
    final: false,
    runs: [],
    totals: { admitted: 0, published: 0, dropped: 0 },
    slices: [],
    trials,
  };
}
