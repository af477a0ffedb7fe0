import type { DayRow } from '../ledger/evidence-days.js';
import { hourOf } from '../ledger/hour-sums.js';
import type { TotalRow } from '../ledger/totals.js';
import {
  type Latencies,
  readLatencies,
  type StreamLatencies,
  type Threshold,
  thresholdsFrom,
} from '../tally/latencies.js';
import type { StoredPair } from '../tally/stored-pair.js';
import type { Chunk } from './chunks.js';
import { Counts } from './counts.js';
import { createPlaces } from './places.js';
import type { ClosingSettings } from './settings.js';
import { Shard } from './shard.js';
import { mergedDays, mergedTotals } from './totals.js';
import type { TrialRow } from './trial-row.js';

/** What is left of all trials once every slice is closed. */
export interface Closed {
  readonly totals: readonly TotalRow[];
  readonly days: readonly DayRow[];
  readonly thresholds: readonly Threshold[];
  readonly counts: Counts;
}

/**
 * Closes every slice in order of start, as the ledger does, over so many shards with tallies of their own, which are merged at the
 * end as stored ones are.
 */
export function closeAll(chunks: Iterable<Chunk>, settings: ClosingSettings, shards: number): Closed {
  const all = Array.from({ length: shards }, () => new Shard(settings));
  const placeOf = createPlaces(settings.segments.max, settings.segments.critical);
  const thresholds = new Freezing(settings);
  const counts = new Counts();
  for (const { slice, trials, repeated } of chunks) {
    thresholds.enter(slice);
    const placed = trials.map((trial) => ({ ...trial, segment: placeOf(trial.segment) }));
    const byShard = Map.groupBy(placed, (trial) => shardOf(trial, shards));
    const evidence = [...byShard].flatMap(([at, some]) => all[at]?.close(slice, some, thresholds.frozen) ?? []);
    thresholds.add(evidence);
    counts.add(placed, evidence, repeated, hourOf(slice * settings.sliceMs));
  }
  thresholds.enter(Infinity);
  const sums = all.map(({ totals }) => totals);
  return { totals: mergedTotals(sums), days: mergedDays(sums), thresholds: thresholds.frozen, counts };
}

function shardOf({ cluster }: TrialRow, shards: number): number {
  return Number.parseInt(cluster.slice(-8), 16) % shards;
}

/** Thresholds while slices close: each is frozen from the evidence of whole slices, and applies from the next one on. */
class Freezing {
  readonly #settings: ClosingSettings;
  #frozen: readonly Threshold[] = [];
  #latencies: Latencies = [];
  #slice = Number.NaN;
  #fresh = new Map<string, StreamLatencies & { values: number[] }>();

  constructor(settings: ClosingSettings) {
    this.#settings = settings;
  }

  get frozen(): readonly Threshold[] {
    return this.#frozen;
  }

  /** The slice before is over. */
  enter(slice: number): void {
    if (slice === this.#slice) return;
    const known = {
      slice: this.#slice,
      gates: this.#settings.gates,
      thresholds: this.#frozen,
      latencies: this.#latencies,
    };
    const { thresholds, latencies } = thresholdsFrom(known, [...this.#fresh.values()]);
    this.#frozen = [...this.#frozen, ...thresholds];
    this.#latencies = [...this.#latencies, ...latencies].filter((one) => this.#isWaitedFor(one));
    this.#fresh = new Map();
    this.#slice = slice;
  }

  add(evidence: readonly StoredPair[]): void {
    const waiting = readLatencies(evidence, this.#settings.gates).filter((one) => this.#isWaitedFor(one));
    for (const { stream, measure, values } of waiting) {
      const key = JSON.stringify([stream, measure]);
      const known = this.#fresh.get(key) ?? { stream, measure, values: [] };
      this.#fresh.set(key, known);
      known.values.push(...values);
    }
  }

  #isWaitedFor({ stream, measure }: Pick<StreamLatencies, 'stream' | 'measure'>): boolean {
    return this.#settings.gates.some(
      ({ name, freezing }) =>
        freezing?.measure === measure && !this.#frozen.some((one) => one.stream === stream && one.metric === name),
    );
  }
}
