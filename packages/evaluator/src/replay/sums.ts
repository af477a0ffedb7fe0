import { absorbTally } from '../tally/absorb.js';
import type { StreamTally } from '../tally/close-slice.js';
import type { StoredEvidence } from '../tally/close-win-rate.js';
import { encodeTally } from '../tally/codec.js';
import { mergeStored } from '../tally/merge-stored.js';
import { emptyTally } from '../tally/tally.js';

/** Sums of evidence by arm, stream and metric. */
export class Sums {
  readonly #tallies = new Map<string, StreamTally>();
  #stored: readonly StoredEvidence[] = [];

  addTally({ arm, stream, metric, tally }: StreamTally): void {
    const key = placeOf({ arm, stream, metric });
    const entry = this.#tallies.get(key) ?? { arm, stream, metric, tally: emptyTally(tally.m) };
    this.#tallies.set(key, entry);
    absorbTally(entry.tally, tally);
  }

  addStored(evidence: readonly StoredEvidence[]): void {
    if (evidence.length > 0) this.#stored = mergedEvidence([this.#stored, evidence]);
  }

  /** As the ledger holds them. */
  list(): readonly StoredEvidence[] {
    return [
      ...[...this.#tallies.values()].map(({ tally, ...one }) => ({ ...one, bytes: encodeTally(tally) })),
      ...this.#stored,
    ];
  }
}

/** One sum of each place, in one order whatever the parts are. */
export function mergedEvidence(parts: readonly (readonly StoredEvidence[])[]): readonly StoredEvidence[] {
  const sums = new Map<string, StoredEvidence>();
  for (const one of parts.flat()) {
    const key = placeOf(one);
    const known = sums.get(key);
    sums.set(key, known === undefined ? one : { ...one, bytes: mergeStored(known.bytes, one.bytes) });
  }
  return [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

function placeOf({ arm, stream, metric }: Omit<StoredEvidence, 'bytes'>): string {
  return JSON.stringify([arm, stream, metric]);
}
