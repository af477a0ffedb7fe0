import { bothEnds } from '../../score/cut.js';
import type { JudgedPair } from '../judged-pair.js';
import { guardWords, hash, type HashOf, LONGEST, shinglesOf } from './shingles.js';

/**
 * What the outputs of an arm look like side by side: a sample of at most {@link SAMPLE} pairs, those whose ids hash lowest. So it is
 * uniform over all pairs, its merge is the lowest of both, and it is the same in whatever order they came. Bounded: some 30 KB.
 *
 * One for each arm and segment, and each hour: in one state over a whole run, an arm that turns constant late would be diluted.
 */
export interface ArmGuard {
  /** Pairs seen, all of them. */
  readonly seen: number;
  /** Rising by `rank`, then by `pair`. */
  readonly sample: readonly GuardedPair[];
}

export interface GuardedPair {
  readonly pair: string;
  readonly rank: number;
  readonly primary: OutputSketch;
  readonly shadow: OutputSketch;
}

/** Of an output: the hash of its words, and the lowest hashes of its runs of words, rising. */
export interface OutputSketch {
  readonly whole: number;
  readonly lowest: readonly number[];
}

export const EMPTY_ARM_GUARD: ArmGuard = { seen: 0, sample: [] };

const SAMPLE = 50;
const LOWEST = 24;

/** Distinct outputs of the sample, below which an arm says the same to everybody. */
const DISTINCT = 0.2;
/** Mean likeness of two outputs (Jaccard, over runs of words), above which an arm says nearly the same to everybody. */
const ALIKE = 0.4;

/** The guard's state of one pair: to be merged into the arm's. Each pair once. With a key, so that nobody can try what an output was. */
export function guardOutput(pairId: string, pair: Pick<JudgedPair, 'primary' | 'shadow'>, hashOf: HashOf): ArmGuard {
  const guarded = {
    pair: pairId,
    rank: hash(pairId),
    primary: sketchOf(pair.primary, hashOf),
    shadow: sketchOf(pair.shadow, hashOf),
  };
  return { seen: 1, sample: [guarded] };
}

export function mergeArmGuards(a: ArmGuard, b: ArmGuard): ArmGuard {
  const byPair = new Map([...a.sample, ...b.sample].map((one) => [one.pair, one]));
  const sample = [...byPair.values()]
    .toSorted((one, other) => one.rank - other.rank || (one.pair < other.pair ? -1 : 1))
    .slice(0, SAMPLE);
  return { seen: a.seen + b.seen, sample };
}

/** `waiting`: under 50 pairs. `quarantined`: nothing of this arm is evidence for it, judged pairs included. */
export type ArmGuardState = 'waiting' | 'clear' | 'quarantined';

export interface ArmGuardReport {
  readonly state: ArmGuardState;
  readonly reason: 'constant' | 'near_constant' | null;
  /** Distinct outputs / outputs of the sample, of each side. */
  readonly distinct: { readonly primary: number; readonly shadow: number };
  /** Mean likeness of two outputs of the sample, in [0,1], of each side. */
  readonly alike: { readonly primary: number; readonly shadow: number };
}

/** Whether a report says something. */
export function isEnough({ sample }: ArmGuard): boolean {
  return sample.length >= SAMPLE;
}

/**
 * Whether an arm answers the requests at all. Measured against the primary on the same requests: a classifier has few distinct answers and a form
 * letter long common parts, and the incumbent has them as well.
 */
export function armGuardReport(guard: ArmGuard): ArmGuardReport {
  const { sample } = guard;
  const shadows = sample.map(({ shadow }) => shadow);
  const primaries = sample.map(({ primary }) => primary);
  const distinct = { primary: distinctRatio(primaries), shadow: distinctRatio(shadows) };
  const alike = { primary: meanLikeness(primaries), shadow: meanLikeness(shadows) };
  const constant = distinct.shadow < DISTINCT && distinct.shadow < distinct.primary / 2;
  const nearly = alike.shadow > ALIKE && alike.primary < alike.shadow / 2;
  if (!isEnough(guard)) return { state: 'waiting', reason: null, distinct, alike };
  const reason = constant ? 'constant' : nearly ? 'near_constant' : null;
  return { state: reason === null ? 'clear' : 'quarantined', reason, distinct, alike };
}

function sketchOf(text: string, hashOf: HashOf): OutputSketch {
  const words = guardWords(text);
  const rising = Uint32Array.from(shinglesOf(words, hashOf)).sort();
  const lowest = Array.from(rising.filter((one, at) => one !== rising[at - 1]).subarray(0, LOWEST));
  return { whole: hashOf(words.length === 0 ? bothEnds(text.trim(), LONGEST) : words.join(' ')), lowest };
}

function distinctRatio(sketches: readonly OutputSketch[]): number {
  return sketches.length === 0 ? 1 : new Set(sketches.map(({ whole }) => whole)).size / sketches.length;
}

/** Of all pairs of outputs: 1,225 at most, of 24 hashes each. */
function meanLikeness(sketches: readonly OutputSketch[]): number {
  let sum = 0;
  let count = 0;
  for (const [at, one] of sketches.entries()) {
    for (const other of sketches.slice(at + 1)) {
      sum += likeness(one, other);
      count += 1;
    }
  }
  return count === 0 ? 0 : sum / count;
}

/**
 * Jaccard's index, estimated from the lowest hashes of the union (Broder 1997): a walk along both, as they rise. Two outputs without words are
 * alike.
 */
function likeness(a: OutputSketch, b: OutputSketch): number {
  if (a.whole === b.whole) return 1;
  let [inA, inB, union, both] = [0, 0, 0, 0];
  while (union < LOWEST && (inA < a.lowest.length || inB < b.lowest.length)) {
    const [left, right] = [a.lowest[inA] ?? Infinity, b.lowest[inB] ?? Infinity];
    if (left <= right) inA += 1;
    if (right <= left) inB += 1;
    if (left === right) both += 1;
    union += 1;
  }
  return union === 0 ? 0 : both / union;
}
