import type { Row } from './sorted-rows.js';
import { readRow, type TrialRow } from './trial-row.js';

/** Calls of one slice, in the order of their ids: a slice that is large comes in several parts. */
export interface Chunk {
  readonly slice: number;
  readonly trials: readonly TrialRow[];
  /** Lines that repeat a call of the slice. */
  readonly repeated: number;
}

const CALLS_A_CHUNK = 1024;

/**
 * Sorted rows (by slice and call) in parts of one slice, each call once: of several rows of a call the first counts, which is the
 * same in whatever order they came.
 *
 * A slice in parts closes as it would at once: what a cluster key's first call is depends on the calls before it alone.
 */
export function* chunksOf(rows: Iterable<Row>, run: string | null): Generator<Chunk, void, undefined> {
  let trials: TrialRow[] = [];
  let [slice, call, repeated] = [Number.NaN, '', 0];
  for (const { key, text } of rows) {
    const row = readRow(text);
    if (row.run !== run) continue;
    if (key === slice && row.call === call) {
      repeated += 1;
      continue;
    }
    if (trials.length > 0 && (key !== slice || trials.length >= CALLS_A_CHUNK)) {
      yield { slice, trials, repeated };
      [trials, repeated] = [[], 0];
    }
    [slice, call] = [key, row.call];
    trials.push(row);
  }
  if (trials.length > 0) yield { slice, trials, repeated };
}
