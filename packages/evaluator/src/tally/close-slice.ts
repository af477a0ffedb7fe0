import type { GateName } from './gate-settings.js';
import type { Gate } from './gates.js';
import { MISSING } from './observation.js';
import { missingLegs, type AdmittedCount, type MissingLegs } from './missing.js';
import { readLatencies, thresholdsFrom, type Latencies, type Threshold } from './latencies.js';
import { observe, type Observed, type Primaries } from './observed.js';
import { streamsOf, type StoredPair } from './stored-pair.js';
import { addPair, emptyTally, type Tally } from './tally.js';
import { weightOf } from './weight.js';

/** Everything known of one slice of one run when it closes. */
export interface SliceInput {
  readonly slice: number;
  readonly gates: readonly Gate[];
  /** The smallest probability of inclusion the run declares, in (0, 1]. */
  readonly piMin: number;
  readonly pairs: readonly StoredPair[];
  readonly admitted: readonly AdmittedCount[];
  /** Per arm, the cluster keys that gave evidence in an earlier slice: only those in `pairs` need be listed. */
  readonly seen: ReadonlyMap<string, ReadonlySet<string>>;
  /** Every threshold frozen so far. */
  readonly thresholds: readonly Threshold[];
  /** Latencies of the evidence of all earlier slices, for the streams that have no threshold yet. */
  readonly latencies: Latencies;
}

/** What the close of a slice adds. The ledger stores all of it in one transaction. */
export interface SliceEvidence {
  readonly tallies: readonly StreamTally[];
  /** The call that is the evidence of each new cluster. */
  readonly clusters: readonly { readonly arm: string; readonly key: string; readonly call: string }[];
  /** Frozen by this slice; they apply from the next one on. */
  readonly thresholds: readonly Threshold[];
  /** This slice's latencies, to be kept with the earlier ones until every threshold is frozen. */
  readonly latencies: Latencies;
  /** What is shown beside the gates. */
  readonly observed: readonly Observed[];
  readonly primaries: readonly Primaries[];
  /** What is missing, for the metrics of this slice that close later. */
  readonly absent: readonly MissingLegs[];
  /** Legs counted missing, and rows refused for an impossible probability of inclusion (counted missing, too). */
  readonly missing: number;
  readonly refused: number;
}

/** The evidence of one gate in one stream: `_all`, or a segment. */
export interface StreamTally {
  readonly arm: string;
  readonly stream: string;
  readonly metric: GateName;
  readonly tally: Tally;
}

/**
 * Turns the stored pairs of one slice into evidence, once and for all.
 *
 * - One per cluster: of the calls of a key, the smallest call id counts, and none where an earlier slice had the key.
 * - Missing is not neutral: each leg that was admitted and is not stored counts against both claims.
 * - A latency gate counts only from the slice after its threshold was frozen.
 *
 * Pure, and independent of the order of `pairs` and `admitted`.
 */
export function closeSlice(input: SliceInput): SliceEvidence {
  const stored = distinct(input.pairs);
  const evidence = onePerCluster(stored, input.seen);
  const tallies = new Tallies(input);
  let refused = 0;
  for (const pair of evidence) {
    const weight = weightOf(pair.facts.pi, input.piMin);
    if (weight === null) refused += 1;
    for (const stream of streamsOf(pair.segment)) tallies.addPair(stream, pair, weight);
  }
  let missing = 0;
  const absent = missingLegs(stored, input.admitted);
  for (const group of absent) {
    missing += group.legs;
    const weight = weightOf(group.pi, input.piMin) ?? 1;
    for (const stream of streamsOf(group.segment)) tallies.addMissing(stream, group, weight);
  }
  const fresh = readLatencies(evidence, input.gates);
  return {
    tallies: tallies.list(),
    clusters: evidence.map(({ arm, cluster, call }) => ({ arm, key: cluster, call })),
    ...thresholdsFrom(input, fresh),
    ...observe(stored, evidence),
    absent,
    missing,
    refused,
  };
}

/** The tallies of a slice while they are filled, by arm, stream and gate. */
class Tallies {
  readonly #gates: readonly Gate[];
  readonly #slice: number;
  readonly #frozen = new Map<string, Threshold>();
  readonly #tallies = new Map<string, StreamTally>();

  constructor({ gates, slice, thresholds }: SliceInput) {
    this.#gates = gates;
    this.#slice = slice;
    for (const threshold of thresholds) this.#frozen.set(`${threshold.stream} ${threshold.metric}`, threshold);
  }

  /** `weight` null: the pair is refused, and counts as missing. */
  addPair(stream: string, { arm, facts }: StoredPair, weight: number | null): void {
    for (const gate of this.#gates) {
      const threshold = this.#threshold(gate, stream);
      if (threshold === null) continue;
      const observation = gate.observe(facts, threshold);
      if (observation === null) continue;
      addPair(this.#tally(arm, stream, gate), weight === null ? MISSING : observation, weight ?? 1);
    }
  }

  addMissing(stream: string, group: { arm: string; legs: number; noiseLegs: number }, weight: number): void {
    for (const gate of this.#gates) {
      const legs = gate.noise ? group.noiseLegs : group.legs;
      if (legs === 0 || this.#threshold(gate, stream) === null) continue;
      addPair(this.#tally(group.arm, stream, gate), MISSING, weight, legs);
    }
  }

  list(): readonly StreamTally[] {
    return [...this.#tallies.values()];
  }

  /** T of the gate in this slice; null while it is not frozen. A gate without T gets a number it does not use. */
  #threshold(gate: Gate, stream: string): number | null {
    if (gate.thresholdMs !== null) return gate.thresholdMs;
    if (gate.freezing === null) return 0;
    const frozen = this.#frozen.get(`${stream} ${gate.name}`);
    return frozen !== undefined && frozen.fromSlice <= this.#slice ? frozen.value : null;
  }

  #tally(arm: string, stream: string, gate: Gate): Tally {
    const key = `${arm} ${stream} ${gate.name}`;
    let entry = this.#tallies.get(key);
    if (entry === undefined) {
      entry = { arm, stream, metric: gate.name, tally: emptyTally(gate.m) };
      this.#tallies.set(key, entry);
    }
    return entry.tally;
  }
}

/** A leg is counted once, however often it was handed over. */
function distinct(pairs: readonly StoredPair[]): readonly StoredPair[] {
  return smallest(pairs, (pair) => pair.call);
}

function onePerCluster(pairs: readonly StoredPair[], seen: SliceInput['seen']): readonly StoredPair[] {
  const fresh = pairs.filter((pair) => !seen.get(pair.arm)?.has(pair.cluster));
  return smallest(fresh, (pair) => pair.cluster);
}

/** Of the pairs of an arm that share a key, the one with the smallest call id. */
function smallest(pairs: readonly StoredPair[], keyOf: (pair: StoredPair) => string): readonly StoredPair[] {
  const arms = new Map<string, Map<string, StoredPair>>();
  for (const pair of pairs) {
    const first = arms.get(pair.arm) ?? new Map<string, StoredPair>();
    arms.set(pair.arm, first);
    const known = first.get(keyOf(pair));
    if (known === undefined || pair.call < known.call) first.set(keyOf(pair), pair);
  }
  return [...arms.values()].flatMap((first) => [...first.values()]);
}
