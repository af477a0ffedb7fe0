import { SEGMENT_ALL } from '@understudy/instrumentation/trial';
import type { EvidencePair } from '../ledger/ledger.js';
import { meanHalfWidth } from '../stats/mean-sequence.js';
import type { GateName } from '../tally/gate-settings.js';
import { type Gate, latencyOf } from '../tally/gates.js';
import type { Threshold } from '../tally/latencies.js';
import { weightOf } from '../tally/weight.js';
import { histogramOf, type Histogram, LATENCY_BINS, SCORE_BINS } from './histogram.js';
import { badness, type Ranked } from './worst.js';

/** How far the candidate's level is from the incumbent's, over all the evidence of calls up to a time. */
export interface Point {
  /** Epoch ms. */
  readonly at: number;
  readonly pairs: number;
  readonly estimate: number;
  /** A 95 % confidence sequence; null below 30 pairs in which the two differ. */
  readonly interval: readonly [number, number] | null;
}

/** What the stored numbers of pairs say over time, and by size. */
export interface History {
  readonly pairs: number;
  readonly points: Readonly<Partial<Record<GateName, readonly Point[]>>>;
  readonly latencies: { readonly primary: Histogram; readonly shadow: Histogram };
  /** By scorer of a gate: the candidate's agreement, and the incumbent's with itself. */
  readonly scores: Readonly<Record<string, { readonly shadow: Histogram; readonly incumbent: Histogram }>>;
  /** The worst first. */
  readonly worst: readonly Ranked[];
}

export interface HistoryOptions {
  readonly gates: readonly Gate[];
  /** Scorers whose scores are counted by size. */
  readonly scorers: readonly string[];
  readonly thresholds: readonly Threshold[];
  readonly piMin: number;
  readonly sliceMs: number;
  /** Epoch ms: what is shown, in {@link POINTS} steps. */
  readonly from: number;
  readonly until: number;
}

export const POINTS = 60;
const WORST = 10;
const FEWEST_INFORMATIVE = 30;

/** Takes pairs in the order of their calls, page by page; keeps sums and never the pairs. */
export interface HistoryMaker {
  add(pairs: readonly EvidencePair[]): void;
  made(): History;
}

export function historyMaker(options: HistoryOptions): HistoryMaker {
  const { gates, from, until, sliceMs, piMin, scorers } = options;
  const width = Math.max(sliceMs, (until - from) / POINTS);
  const sums = new Map(gates.map((gate) => [gate.name, new Running()]));
  const points = new Map<GateName, Point[]>(gates.map(({ name }) => [name, []]));
  const latencies = { primary: histogramOf(LATENCY_BINS), shadow: histogramOf(LATENCY_BINS) };
  const scores = Object.fromEntries(
    scorers.map((name) => [name, { shadow: histogramOf(SCORE_BINS), incumbent: histogramOf(SCORE_BINS) }]),
  );
  let worst: Ranked[] = [];
  let pairs = 0;
  let step = 0;

  function closeUntil(next: number): void {
    const at = Math.min(until, from + next * width);
    for (const [name, running] of sums) {
      const point = running.at(at);
      if (point !== null) points.get(name)?.push(point);
    }
    step = next;
  }

  function addOne({ pair, slice, pi, facts, segment }: EvidencePair): void {
    const now = Math.min(POINTS - 1, Math.max(0, Math.floor((slice * sliceMs - from) / width)));
    if (now > step) closeUntil(now);
    const weight = weightOf(pi, piMin);
    if (weight === null) return;
    pairs += 1;
    for (const gate of gates) {
      const threshold = thresholdOf(gate, slice, options.thresholds);
      const seen = threshold === null ? null : gate.observe(facts, threshold);
      if (seen === null || seen.reference === null || seen.candidate === null) continue;
      sums.get(gate.name)?.add(seen.candidate - seen.reference, weight);
    }
    latencies.primary.add(latencyOf(facts.primary, 'duration'));
    latencies.shadow.add(latencyOf(facts.shadow, 'duration'));
    for (const [name, { shadow, incumbent }] of Object.entries(scores)) {
      shadow.add(facts.scores.ab[name] ?? null);
      incumbent.add(facts.scores.aa[name] ?? null);
    }
    const bad = badness(facts, scorers);
    if (bad === null) return;
    if (worst.length < WORST || bad.badness > (worst.at(-1)?.badness ?? 0)) {
      worst = [...worst, { pair, segment, ...bad }].toSorted((a, b) => b.badness - a.badness).slice(0, WORST);
    }
  }

  return {
    add: (page) => {
      for (const one of page) addOne(one);
    },
    made: () => {
      closeUntil(POINTS);
      return { pairs, points: Object.fromEntries(points), latencies, scores, worst };
    },
  };
}

/** The same T as the evidence was counted with; null before it was frozen. */
function thresholdOf(gate: Gate, slice: number, thresholds: readonly Threshold[]): number | null {
  if (gate.thresholdMs !== null) return gate.thresholdMs;
  if (gate.freezing === null) return 0;
  const frozen = thresholds.find((one) => one.stream === SEGMENT_ALL && one.metric === gate.name);
  return frozen !== undefined && frozen.fromSlice <= slice ? frozen.value : null;
}

/** Weighted moments of a difference of two levels, in [-1,1]. */
class Running {
  #pairs = 0;
  #informative = 0;
  #weight = 0;
  #weightSquared = 0;
  #sum = 0;
  #squares = 0;

  add(difference: number, weight: number): void {
    this.#pairs += 1;
    if (difference !== 0) this.#informative += 1;
    this.#weight += weight;
    this.#weightSquared += weight * weight;
    this.#sum += weight * difference;
    this.#squares += weight * difference * difference;
  }

  /** With unequal weights, the interval is that of as many equal ones as they are worth (Kish). */
  at(at: number): Point | null {
    if (this.#pairs === 0) return null;
    const estimate = this.#sum / this.#weight;
    if (this.#informative < FEWEST_INFORMATIVE) return { at, pairs: this.#pairs, estimate, interval: null };
    const n = this.#weight ** 2 / this.#weightSquared;
    const variance = (1 + n * Math.max(0, this.#squares / this.#weight - estimate ** 2)) / (n + 1);
    const half = meanHalfWidth(variance, n);
    const interval = [Math.max(-1, estimate - half), Math.min(1, estimate + half)] as const;
    return { at, pairs: this.#pairs, estimate, interval };
  }
}
