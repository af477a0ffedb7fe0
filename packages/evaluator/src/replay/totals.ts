import { type DayRow, DAYS_KEPT, isOfDays } from '../ledger/evidence-days.js';
import type { TotalRow } from '../ledger/totals.js';
import type { SliceEvidence } from '../tally/close-slice.js';
import type { StoredEvidence } from '../tally/close-win-rate.js';
import { mergeConfusions } from '../tally/confusion.js';
import { addCount } from '../tally/counters.js';
import { mergeDistributions } from '../tally/distribution.js';
import { encodeObserved } from '../tally/observed-codec.js';
import type { Observed } from '../tally/observed.js';
import { mergedEvidence, Sums } from './sums.js';

/** The sums of one shard. Its slices come in order of start. */
export class Totals {
  readonly #all = new Sums();
  readonly #days = new Map<number, Sums>();
  /** The first day with evidence, by arm. */
  readonly #first = new Map<string, number>();
  readonly #observed = new Map<string, Observed>();

  /** @param day Of the slice, in epoch days. */
  addSlice(day: number, { tallies, observed }: Pick<SliceEvidence, 'tallies' | 'observed'>): void {
    for (const one of tallies) {
      this.#all.addTally(one);
      if (isOfDays(one)) this.#of(day, [one.arm]).addTally(one);
    }
    for (const one of observed) {
      const key = JSON.stringify([one.arm, one.stream]);
      const known = this.#observed.get(key);
      this.#observed.set(key, known === undefined ? one : merged(known, one));
    }
  }

  addStored(day: number, evidence: readonly StoredEvidence[]): void {
    this.#all.addStored(evidence);
    const own = evidence.filter(isOfDays);
    if (own.length > 0)
      this.#of(
        day,
        own.map(({ arm }) => arm),
      ).addStored(own);
  }

  /** As the ledger holds them. */
  list(): readonly StoredEvidence[] {
    return [...this.#all.list(), ...[...this.#observed.values()].flatMap(encodeObserved)];
  }

  /** The same by day. */
  days(): readonly (readonly [day: number, evidence: readonly StoredEvidence[]])[] {
    return [...this.#days].map(([day, sums]) => [day, sums.list()] as const);
  }

  /** As in the ledger, a day goes once it is too old to begin a test on, but for the first one of each arm. */
  #of(day: number, arms: readonly string[]): Sums {
    for (const arm of arms) if (!this.#first.has(arm)) this.#first.set(arm, day);
    const known = this.#days.get(day);
    if (known !== undefined) return known;
    const first = new Set(this.#first.values());
    for (const old of this.#days.keys()) if (!first.has(old) && old <= day - DAYS_KEPT) this.#days.delete(old);
    const sums = new Sums();
    this.#days.set(day, sums);
    return sums;
  }
}

/** The sums of all shards. */
export function mergedTotals(shards: readonly Totals[]): readonly TotalRow[] {
  return mergedEvidence(shards.map((shard) => shard.list())) as readonly TotalRow[];
}

/** The sums of all shards by day. */
export function mergedDays(shards: readonly Totals[]): readonly DayRow[] {
  const days = Map.groupBy(
    shards.flatMap((shard) => shard.days()),
    ([day]) => day,
  );
  return [...days]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([day, parts]) =>
      mergedEvidence(parts.map(([, evidence]) => evidence)).map((one) => ({ ...(one as TotalRow), day })),
    );
}

function merged(into: Observed, from: Observed): Observed {
  for (const [name, count] of from.counters) addCount(into.counters, name, count);
  return {
    ...into,
    labels: mergeConfusions(into.labels, from.labels),
    primary: mergeDistributions(into.primary, from.primary),
    shadow: mergeDistributions(into.shadow, from.shadow),
  };
}
