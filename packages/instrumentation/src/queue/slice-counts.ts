import type { DropReason } from '../trial/funnel.js';
import type { DrawCount, RunId, SliceCount, Totals } from '../trial/trial.js';
import { DrawCounts } from './draw-counts.js';

/** What one row of counts is about. */
export interface CountKey {
  readonly run: RunId;
  readonly slice: number;
  readonly segment: string;
  readonly arm: string;
  readonly pi: number;
}

interface Row {
  readonly key: CountKey;
  eligible: number;
  sampled: number;
  admitted: number;
  published: number;
  readonly skipped: Map<DropReason, number>;
  readonly dropped: Map<DropReason, number>;
}

interface Slice {
  readonly run: RunId;
  readonly slice: number;
  readonly endsAt: number;
  readonly rows: Map<string, Row>;
  /** Legs admitted and neither published nor dropped. */
  unresolved: number;
  final: boolean;
  /** A batch that carried the final counts was acknowledged. */
  acknowledged: boolean;
}

/** Closed slices that are sent again with every batch, so that a batch that was lost or overtaken does no harm. */
const RESENT_SLICES = 10;
/** Rows in one batch at most; the rest goes with the next one. */
const MAX_ROWS = 2000;
/** Slices kept in memory at most: weeks of an absent queue must not fill it. The totals still tell what is not accounted for. */
const MAX_SLICES = 5000;
/** Rows in memory at most, about half a kilobyte each: segments and arms multiply slices. */
const MAX_ROWS_HELD = 20_000;
/** A slice is final only so long after its end: a call whose body is a stream is known a little after its start. */
const GRACE_MS = 1000;

/**
 * The producer's account of every slice, by run, segment, arm and probability of inclusion. Cumulative, and it adds up:
 * `sampled = admitted + sum(skipped)`, and once final `admitted = published + sum(dropped)`.
 */
export class SliceCounts {
  readonly #slices = new Map<string, Slice>();
  readonly #draws = new DrawCounts();
  readonly #lengths: ReadonlyMap<RunId, number>;
  #rowsHeld = 0;
  #totals = { admitted: 0, published: 0, dropped: 0 };

  /** @param lengths Length of a run's slices, in milliseconds. */
  constructor(lengths: ReadonlyMap<RunId, number>) {
    this.#lengths = lengths;
  }

  /** The slice a call that started at `startedAt` (epoch ms) belongs to. */
  sliceOf(run: RunId, startedAt: number): number {
    return Math.floor(startedAt / this.#lengthOf(run));
  }

  /** True where the slice has been reported as final: no call may be counted in it any more. */
  isFinal(run: RunId, slice: number): boolean {
    return this.#slices.get(`${run} ${slice}`)?.final === true;
  }

  drew(run: RunId, pi: number): void {
    this.#draws.drew(run, pi);
  }

  drawn(run: RunId, pi: number): void {
    this.#draws.drawn(run, pi);
  }

  draws(): readonly DrawCount[] {
    return this.#draws.rows();
  }

  eligible(key: CountKey): void {
    this.#row(key).eligible += 1;
  }

  sampled(key: CountKey): void {
    this.#row(key).sampled += 1;
  }

  skipped(key: CountKey, reason: DropReason): void {
    const { skipped } = this.#row(key);
    skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
  }

  admitted(key: CountKey): void {
    this.#row(key).admitted += 1;
    this.#slice(key).unresolved += 1;
    this.#totals.admitted += 1;
  }

  published(key: CountKey): void {
    this.#row(key).published += 1;
    this.#slice(key).unresolved -= 1;
    this.#totals.published += 1;
  }

  dropped(key: CountKey, reason: DropReason): void {
    const { dropped } = this.#row(key);
    dropped.set(reason, (dropped.get(reason) ?? 0) + 1);
    this.#slice(key).unresolved -= 1;
    this.#totals.dropped += 1;
  }

  totals(): Totals {
    return { ...this.#totals };
  }

  /** Fixes what is over. `stopped`: no call will be counted any more, so that every slice without open legs is over. */
  finalise(now: number, stopped: boolean = false): void {
    for (const slice of this.#slices.values()) {
      slice.final ||= slice.unresolved === 0 && (stopped || now >= slice.endsAt + GRACE_MS);
    }
  }

  /** What a batch carries: slices not yet known to have arrived as final, then the last closed ones; each whole. */
  rows(): readonly SliceCount[] {
    const rows: SliceCount[] = [];
    const slices = [...this.#slices.values()];
    const open = slices.filter((slice) => !slice.acknowledged);
    const closed = slices.filter((slice) => slice.acknowledged);
    for (const slice of [...open, ...closed]) {
      if (rows.length > 0 && rows.length + slice.rows.size > MAX_ROWS) break;
      for (const row of slice.rows.values()) rows.push(countOf(row, slice.final));
    }
    return rows;
  }

  /** A batch with these rows has arrived. Slices that are known to be closed are forgotten, but for the last ones of each run. */
  acknowledge(rows: readonly SliceCount[]): void {
    for (const { run, slice, final } of rows) {
      const known = this.#slices.get(`${run} ${slice}`);
      if (known !== undefined && final) known.acknowledged = true;
    }
    for (const run of this.#lengths.keys()) {
      const closed = [...this.#slices.values()].filter((slice) => slice.run === run && slice.acknowledged);
      closed.sort((a, b) => a.slice - b.slice);
      for (const { slice } of closed.slice(0, -RESENT_SLICES)) this.#forget(`${run} ${slice}`);
    }
  }

  #slice({ run, slice }: CountKey): Slice {
    const id = `${run} ${slice}`;
    let known = this.#slices.get(id);
    if (known === undefined) {
      const endsAt = (slice + 1) * this.#lengthOf(run);
      known = { run, slice, endsAt, rows: new Map(), unresolved: 0, final: false, acknowledged: false };
      this.#slices.set(id, known);
      if (this.#slices.size > MAX_SLICES) this.#forgetOldest();
    }
    return known;
  }

  #forgetOldest(): void {
    for (const [id, { unresolved }] of this.#slices) {
      if (unresolved > 0) continue;
      this.#forget(id);
      return;
    }
  }

  #forget(id: string): void {
    this.#rowsHeld -= this.#slices.get(id)?.rows.size ?? 0;
    this.#slices.delete(id);
  }

  #row(key: CountKey): Row {
    const { rows } = this.#slice(key);
    if (this.#rowsHeld > MAX_ROWS_HELD) this.#forgetOldest();
    const id = JSON.stringify([key.segment, key.arm, key.pi]);
    let row = rows.get(id);
    if (row === undefined) {
      row = { key, eligible: 0, sampled: 0, admitted: 0, published: 0, skipped: new Map(), dropped: new Map() };
      rows.set(id, row);
      this.#rowsHeld += 1;
    }
    return row;
  }

  #lengthOf(run: RunId): number {
    const length = this.#lengths.get(run);
    if (length === undefined) throw new Error(`no such run: ${run}`);
    return length;
  }
}

function countOf({ key, eligible, sampled, admitted, published, skipped, dropped }: Row, final: boolean): SliceCount {
  return {
    ...key,
    eligible,
    sampled,
    skipped: Object.fromEntries(skipped),
    admitted,
    published,
    dropped: Object.fromEntries(dropped),
    final,
  };
}
