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
/** Slices kept in memory at most: weeks of an absent queue must not fill it. */
const MAX_SLICES = 5000;
/** Rows in memory at most, about half a kilobyte each: segments and arms multiply slices. */
const MAX_ROWS_HELD = 20_000;
/** A slice is final only so long after its end: a call whose body is a stream is known a little after its start. */
const GRACE_MS = 1000;

/**
 * The producer's account of every slice, by run, segment, arm and probability of inclusion. Cumulative, and it adds up:
 * `sampled = admitted + sum(skipped)`, and once final `admitted = published + sum(dropped)`.
 *
 * A slice is held whole or not at all: where there is no room for more, the least missed is forgotten, and nothing is counted in it any
 * more, neither a new call nor a leg that was open. The totals still tell what of it is not accounted for.
 */
export class SliceCounts {
  readonly #slices = new Map<string, Slice>();
  readonly #draws = new DrawCounts();
  readonly #lengths: ReadonlyMap<RunId, number>;
  /** By run, the last slice that was forgotten: of those up to it, none begins again. */
  readonly #forgotten = new Map<RunId, number>();
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

  /** True where the slice has been reported as final, or is forgotten: no call may be counted in it any more. */
  isFinal(run: RunId, slice: number): boolean {
    return this.#slices.get(idOf(run, slice))?.final ?? this.#isForgotten(run, slice);
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
    this.#count(key, (row) => (row.eligible += 1));
  }

  sampled(key: CountKey): void {
    this.#count(key, (row) => (row.sampled += 1));
  }

  skipped(key: CountKey, reason: DropReason): void {
    this.#count(key, ({ skipped }) => skipped.set(reason, (skipped.get(reason) ?? 0) + 1));
  }

  admitted(key: CountKey): void {
    this.#count(key, (row, slice) => {
      row.admitted += 1;
      slice.unresolved += 1;
    });
    this.#totals.admitted += 1;
  }

  published(key: CountKey): void {
    this.#count(key, (row, slice) => {
      row.published += 1;
      slice.unresolved -= 1;
    });
    this.#totals.published += 1;
  }

  dropped(key: CountKey, reason: DropReason): void {
    this.#count(key, ({ dropped }, slice) => {
      dropped.set(reason, (dropped.get(reason) ?? 0) + 1);
      slice.unresolved -= 1;
    });
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
      const known = this.#slices.get(idOf(run, slice));
      if (known !== undefined && final) known.acknowledged = true;
    }
    for (const run of this.#lengths.keys()) {
      const closed = [...this.#slices.values()].filter((slice) => slice.run === run && slice.acknowledged);
      closed.sort((a, b) => a.slice - b.slice);
      for (const slice of closed.slice(0, -RESENT_SLICES)) this.#forget(slice);
    }
  }

  /** Counts in a slice that is held. One that is forgotten is not: its legs are told by the totals alone. */
  #count(key: CountKey, count: (row: Row, slice: Slice) => void): void {
    const slice = this.#slice(key);
    const row = slice === null ? null : this.#row(slice, key);
    if (slice !== null && row !== null) count(row, slice);
  }

  #slice({ run, slice }: CountKey): Slice | null {
    const id = idOf(run, slice);
    const known = this.#slices.get(id);
    if (known !== undefined) return known;
    if (this.#isForgotten(run, slice)) return null;
    while (this.#slices.size >= MAX_SLICES) this.#forget(leastMissed(this.#slices.values()));
    const endsAt = (slice + 1) * this.#lengthOf(run);
    const made = { run, slice, endsAt, rows: new Map(), unresolved: 0, final: false, acknowledged: false };
    this.#slices.set(id, made);
    return made;
  }

  #row(slice: Slice, key: CountKey): Row | null {
    // Neither a number nor the name of an arm has a space in it.
    const id = `${key.pi} ${key.arm} ${key.segment}`;
    const known = slice.rows.get(id);
    if (known !== undefined) return known;
    if (!this.#hasRoomFor(slice)) return null;
    const row = { key, eligible: 0, sampled: 0, admitted: 0, published: 0, skipped: new Map(), dropped: new Map() };
    slice.rows.set(id, row);
    this.#rowsHeld += 1;
    return row;
  }

  /** Makes room for one more row of `slice`. False where it alone takes all there is, and is forgotten itself. */
  #hasRoomFor(slice: Slice): boolean {
    while (this.#rowsHeld >= MAX_ROWS_HELD) {
      const others = [...this.#slices.values()].filter((other) => other !== slice);
      const missed = others.length === 0 ? slice : leastMissed(others);
      this.#forget(missed);
      if (missed === slice) return false;
    }
    return true;
  }

  #forget(slice: Slice): void {
    const { run, slice: number, rows } = slice;
    this.#rowsHeld -= rows.size;
    this.#slices.delete(idOf(run, number));
    this.#forgotten.set(run, Math.max(number, this.#forgotten.get(run) ?? -Infinity));
  }

  #isForgotten(run: RunId, slice: number): boolean {
    return slice <= (this.#forgotten.get(run) ?? -Infinity);
  }

  #lengthOf(run: RunId): number {
    const length = this.#lengths.get(run);
    if (length === undefined) throw new Error(`no such run: ${run}`);
    return length;
  }
}

/** The oldest that has arrived, else the oldest: also one with open legs, since evidence that comes so late is none. */
function leastMissed(slices: Iterable<Slice>): Slice {
  return [...slices].reduce((one, other) => (isLessMissed(other, one) ? other : one));
}

function isLessMissed(one: Slice, other: Slice): boolean {
  return one.acknowledged === other.acknowledged ? one.endsAt < other.endsAt : one.acknowledged;
}

function idOf(run: RunId, slice: number): string {
  return `${run} ${slice}`;
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
