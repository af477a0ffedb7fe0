import { addAnswer, type Distribution, emptyDistribution } from './distribution.js';
import { addLabels, type Confusion, emptyConfusion } from './confusion.js';
import { addCount, type Counters } from './counters.js';
import type { PairFacts, PairNotes } from './facts.js';
import { totalOf } from './spending.js';
import { streamsOf, type StoredPair } from './stored-pair.js';
import { countTurns } from './turns.js';

/**
 * What a set of pairs of one arm looks like beside its gates: shown, never decided on. Whole numbers all: they merge exactly.
 *
 * `counters`, of every pair that came in time: what became of the calls, what they took, and of how many turns their conversations are. Of the evidence alone (one pair a cluster): tool
 * calls, scores, labels, and what answers look like.
 */
export interface Observed {
  readonly arm: string;
  readonly stream: string;
  readonly counters: Counters;
  readonly labels: Confusion;
  /** The answers of either side of the same calls. */
  readonly primary: Distribution;
  readonly shadow: Distribution;
}

/** What the primaries of the evidence look like, each call once. */
export interface Primaries {
  readonly stream: string;
  readonly answers: Distribution;
}

/** Scores are summed in units of 2^-20, their squares in units of 2^-40. */
export const SCORE_UNIT: number = 2 ** 20;

/** Scores are counted up to each of these, and beyond the last: none at all, tenths, and next to all. */
export const SCORE_BOUNDS: readonly number[] = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99];

/** Pure, and independent of the order of the pairs. */
export function observe(
  stored: readonly StoredPair[],
  evidence: readonly StoredPair[],
): { readonly observed: readonly Observed[]; readonly primaries: readonly Primaries[] } {
  const seen = new Map<string, Observed>();
  const of = (arm: string, stream: string): Observed => {
    const key = JSON.stringify([arm, stream]);
    const known = seen.get(key) ?? {
      arm,
      stream,
      counters: new Map<string, bigint>(),
      labels: emptyConfusion(),
      primary: emptyDistribution(),
      shadow: emptyDistribution(),
    };
    seen.set(key, known);
    return known;
  };
  for (const { arm, segment, facts } of stored) {
    for (const stream of streamsOf(segment)) {
      countCalls(of(arm, stream).counters, facts.notes);
      countLargest(of(arm, stream).counters, facts);
      countTurns(of(arm, stream).counters, 'stored', facts);
    }
  }
  for (const { arm, segment, facts } of evidence) {
    for (const stream of streamsOf(segment)) {
      const one = of(arm, stream);
      countScores(one.counters, facts);
      countAnswers(one, facts.notes);
      countTurns(one.counters, 'evidence', facts);
    }
  }
  return { observed: [...seen.values()], primaries: primariesOf(evidence) };
}

function countCalls(counters: Counters, notes: PairNotes | undefined): void {
  if (notes === undefined) return;
  addCount(counters, `class ${notes.classes.join(' ')}`);
  for (const [name, sides] of Object.entries(notes.amounts)) {
    const [primary, other] = sides.map((side) => (isAmount(side) ? side : null));
    for (const [side, value] of [['primary', primary] as const, ['shadow', other] as const]) {
      if (value === null || value === undefined) continue;
      addCount(counters, `amount ${name} ${side} calls`);
      addCount(counters, `amount ${name} ${side}`, value);
    }
    if (primary === null || primary === undefined || other === null || other === undefined) continue;
    addCount(counters, `amount ${name} both`);
    addCount(counters, `amount ${name} both primary`, primary);
    addCount(counters, `amount ${name} both shadow`, other);
  }
}

/** What the larger of the two calls took, in nano-dollars and in tokens, by quarters of a power of two. */
function countLargest(counters: Counters, { primary, shadow, notes }: PairFacts): void {
  const costs = notes?.amounts.paid_cost ?? [];
  const tokens = [totalOf(primary), totalOf(shadow)];
  for (const [name, sides] of [['cost', costs] as const, ['tokens', tokens] as const]) {
    const known = sides.flatMap((side) => (isAmount(side) ? [side] : []));
    if (known.length > 0) addCount(counters, `largest ${name} ${Math.ceil(4 * Math.log2(Math.max(1, ...known)))}`);
  }
}

/** Each score alone, and beside that of the incumbent's own second answer to the same call. */
function countScores(counters: Counters, { scores, aa }: PairFacts): void {
  for (const [scorer, score] of Object.entries(scores.ab)) {
    if (!isUnit(score)) {
      addCount(counters, `score ${scorer} missing`);
      continue;
    }
    const one = Math.round(score * SCORE_UNIT);
    addCount(counters, `score ${scorer} pairs`);
    addCount(counters, `score ${scorer} sum`, one);
    addCount(counters, `score ${scorer} bin ${SCORE_BOUNDS.filter((bound) => score > bound).length}`);
    const own = aa === null ? null : scores.aa[scorer];
    if (!isUnit(own)) continue;
    const noise = Math.round(own * SCORE_UNIT);
    addCount(counters, `score ${scorer} both`);
    addCount(counters, `score ${scorer} both shadow`, one);
    addCount(counters, `score ${scorer} both noise`, noise);
    if (one !== noise) addCount(counters, `score ${scorer} both differing`);
    // x = (s_AB - s_AA + 1) / 2 in [0,1], doubled.
    addCount(counters, `score ${scorer} both squares`, BigInt(one - noise + SCORE_UNIT) ** 2n);
  }
}

function countAnswers(one: Observed, notes: PairNotes | undefined): void {
  if (notes === undefined) return;
  const { primary, shadow, tools } = notes;
  if (tools !== null) addCount(one.counters, `tools ${tools}`);
  if (primary !== null && primary.label !== null && shadow !== null) {
    addLabels(one.labels, primary.label, shadow.label);
  }
  if (primary !== null) addAnswer(one.primary, primary);
  if (shadow !== null) addAnswer(one.shadow, shadow);
}

function primariesOf(evidence: readonly StoredPair[]): readonly Primaries[] {
  const calls = new Map(evidence.map((pair) => [pair.call, pair]));
  const byStream = new Map<string, Distribution>();
  for (const { segment, facts } of calls.values()) {
    if (!facts.notes?.primary) continue;
    for (const stream of streamsOf(segment)) {
      const answers = byStream.get(stream) ?? emptyDistribution();
      byStream.set(stream, answers);
      addAnswer(answers, facts.notes.primary);
    }
  }
  return [...byStream].map(([stream, answers]) => ({ stream, answers }));
}

function isAmount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isUnit(value: number | null | undefined): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}
