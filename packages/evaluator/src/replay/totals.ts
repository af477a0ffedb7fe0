import type { TotalRow } from '../ledger/totals.js';
import { absorbTally } from '../tally/absorb.js';
import type { StoredEvidence } from '../tally/close-win-rate.js';
import type { SliceEvidence } from '../tally/close-slice.js';
import { encodeTally } from '../tally/codec.js';
import { mergeConfusions } from '../tally/confusion.js';
import { addCount } from '../tally/counters.js';
import { mergeDistributions } from '../tally/distribution.js';
import { mergeStored } from '../tally/merge-stored.js';
import { encodeObserved } from '../tally/observed-codec.js';
import type { Observed } from '../tally/observed.js';
import { emptyTally, type Tally } from '../tally/tally.js';

/** The sums of one shard. */
export class Totals {
  readonly #tallies = new Map<string, Omit<StoredEvidence, 'bytes'> & { readonly tally: Tally }>();
  readonly #observed = new Map<string, Observed>();
  #stored: readonly StoredEvidence[] = [];

  addSlice({ tallies, observed }: Pick<SliceEvidence, 'tallies' | 'observed'>): void {
    for (const { arm, stream, metric, tally } of tallies) {
      const key = JSON.stringify([arm, stream, metric]);
      const entry = this.#tallies.get(key) ?? { arm, stream, metric, tally: emptyTally(tally.m) };
      this.#tallies.set(key, entry);
      absorbTally(entry.tally, tally);
    }
    for (const one of observed) {
      const key = JSON.stringify([one.arm, one.stream]);
      const known = this.#observed.get(key);
      this.#observed.set(key, known === undefined ? one : merged(known, one));
    }
  }

  addStored(evidence: readonly StoredEvidence[]): void {
    if (evidence.length > 0) this.#stored = mergedEvidence([this.#stored, evidence]);
  }

  /** As the ledger holds them. */
  list(): readonly StoredEvidence[] {
    return [
      ...[...this.#tallies.values()].map(({ tally, ...one }) => ({ ...one, bytes: encodeTally(tally) })),
      ...[...this.#observed.values()].flatMap(encodeObserved),
      ...this.#stored,
    ];
  }
}

/** The sums of all shards, in one order whatever the shards are. */
export function mergedTotals(shards: readonly Totals[]): readonly TotalRow[] {
  const all = mergedEvidence(shards.map((shard) => shard.list()));
  return all.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)) as readonly TotalRow[];
}

function mergedEvidence(parts: readonly (readonly StoredEvidence[])[]): readonly StoredEvidence[] {
  const sums = new Map<string, StoredEvidence>();
  for (const one of parts.flat()) {
    const key = placeOf(one);
    const known = sums.get(key);
    sums.set(key, known === undefined ? one : { ...one, bytes: mergeStored(known.bytes, one.bytes) });
  }
  return [...sums.values()];
}

function placeOf({ arm, stream, metric }: Omit<StoredEvidence, 'bytes'>): string {
  return JSON.stringify([arm, stream, metric]);
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
