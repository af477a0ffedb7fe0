import { BETS } from '../stats/bets.js';
import { logMeanExp } from '../stats/e-value.js';

/** What a pair is expected to say: x = 1 with probability `win`, 0 with `loss`, else one half. */
export interface PairRates {
  readonly win: number;
  readonly loss: number;
}

/** The same where x takes many values: of cost and tokens. */
export interface PairMoments {
  readonly mean: number;
  readonly variance: number;
}

/** When the e-process is expected to reach its bar. Pairs of the gate. */
export interface Passage {
  /** With this probability it has by then. */
  readonly quantile: number;
  readonly mean: number;
}

export interface PassageOptions {
  /** The boundary the mean of x is tested against, in (0,1). */
  readonly m: number;
  /** The e-value needed is 1 / level. */
  readonly level: number;
  /** In (0,1). */
  readonly power: number;
}

/** Steps up to where the mean path crosses; what is left after the last one is left out of the mean. */
const STEPS = 1500;
const MOST_STEPS = 60 * STEPS;
const LEFT_OUT = 1e-4;
/** More pairs than anybody has. */
const MOST_PAIRS = 1e12;

/**
 * How many pairs the grid e-process of a gate needs, by its growth rate: null where no bet grows, so that no number of pairs is enough.
 *
 * Serves: `plan`. The capital of bet g after n pairs depends on them by D = wins - losses and by the number of pairs that are no tie. D is a random
 * walk of known drift and variance, and the number of the others is put at its mean given D; log E is then a function of n and D that rises with D,
 * and E >= 1/level is D >= D*(n). The time of the first crossing of that curved line is computed on a lattice.
 * Source: growth rate of a bet, Kelly 1956 and Breiman 1961 (g = E log(1 + lambda (x - m))); first passage of a diffusion on a trinomial lattice with
 * h^2 = 3 variance, after Boyle 1988. Assumes: pairs alike and independent. Cost: some 10^6 additions.
 * Example: m .45, no ties, win = loss = .5, level .05, power .8: 1,303 (simulated: 1,305).
 *
 * Where x has many values, D is the sum of x - m and the log capital is taken to second order around the mean: enough while no pair is worth much.
 *
 * @throws RangeError for rates that are none, or a setting out of range
 */
export function firstPassage(rates: PairRates | PairMoments, options: PassageOptions): Passage | null {
  check(rates, options);
  const walk = 'mean' in rates ? walkOfMoments(rates, options.m) : walkOf(rates, options.m);
  const bar = -Math.log(options.level);
  const scale = meanCrossing(walk, bar);
  return scale === null ? null : crossing(walk, bar, scale, options.power);
}

interface Walk {
  /** Of D, a pair. */
  readonly drift: number;
  readonly variance: number;
  /** The log capital of bet g is n perPair[g] + D perStep[g]. */
  readonly perPair: readonly number[];
  readonly perStep: readonly number[];
  /** How far a crossing goes beyond the line, on average. */
  readonly overshoot: number;
}

/** Half of what a bet may lose, as the test bets. */
const BOLDEST = 0.5;

function walkOf({ win, loss }: PairRates, m: number): Walk {
  const drift = win - loss;
  const informative = win + loss;
  const variance = informative - drift * drift;
  // The number of pairs that are no tie, given D: its mean is a line.
  const slope = variance > 1e-12 ? (drift * (1 - informative)) / variance : 0;
  const base = informative - slope * drift;
  const terms = betsAt(m).map((lambda) => {
    const [won, lost] = [Math.log1p(lambda * (1 - m)), Math.log1p(-lambda * m)];
    const tied = Math.log1p(lambda * (0.5 - m));
    const [middle, half] = [(won + lost) / 2, (won - lost) / 2];
    return { pair: base * middle + (1 - base) * tied, step: slope * (middle - tied) + half };
  });
  const [perPair, perStep] = [terms.map(({ pair }) => pair), terms.map(({ step }) => step)];
  // Wins come whole.
  return { drift, variance, perPair, perStep, overshoot: Math.min(1, variance) / 2 };
}

/** log(1 + a (x - m)) = log(1 + a y) + b e - b^2 e^2 / 2 with y the mean of x - m, e what is left of it, and b = a / (1 + a y). */
function walkOfMoments({ mean, variance }: PairMoments, m: number): Walk {
  const drift = mean - m;
  const perStep = betsAt(m).map((lambda) => lambda / (1 + lambda * drift));
  const perPair = betsAt(m).map((lambda, g) => {
    const step = perStep[g] ?? 0;
    return Math.log1p(lambda * drift) - step * drift - (step * step * variance) / 2;
  });
  // Of a walk with normal steps, .583 standard deviations (Siegmund 1985).
  return { drift, variance, perPair, perStep, overshoot: 0.583 * Math.sqrt(variance) };
}

function betsAt(m: number): readonly number[] {
  return Array.from({ length: BETS }, (_, g) => (((g + 1) / BETS) * BOLDEST) / m);
}

function logE({ perPair, perStep }: Walk, n: number, d: number): number {
  return logMeanExp(perPair.map((pair, g) => n * pair + d * (perStep[g] ?? 0)));
}

/** The pairs after which the path without chance crosses. */
function meanCrossing(walk: Walk, bar: number): number | null {
  const passed = (n: number): boolean => logE(walk, n, n * walk.drift) >= bar;
  let high = 1;
  while (!passed(high)) {
    high *= 2;
    if (high > MOST_PAIRS) return null;
  }
  let low = high / 2;
  for (let step = 0; step < 50; step += 1) {
    const middle = (low + high) / 2;
    if (passed(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function crossing(walk: Walk, bar: number, scale: number, power: number): Passage {
  const { drift, variance, overshoot } = walk;
  if (variance < 1e-12) return { quantile: Math.ceil(scale), mean: Math.ceil(scale) };
  const block = scale / STEPS;
  const spacing = Math.sqrt(3 * variance * block);
  // Each lattice point stands for half a spacing to either side.
  const shift = overshoot - spacing / 2;
  let [left, mean, quantile, line] = [1, 0, Infinity, 0];
  let [lowest, highest] = [0, 0];
  let row = Float64Array.of(1);
  for (let step = 1; step <= MOST_STEPS && left > LEFT_OUT; step += 1) {
    const n = step * block;
    mean += left * block;
    line = boundary(walk, bar, n, line) + shift;
    const top = Math.min(highest + 1, Math.ceil((line - n * drift) / spacing) - 1);
    const next = new Float64Array(Math.max(0, top - lowest + 2));
    let sum = 0;
    for (let at = lowest - 1; at <= top; at += 1) {
      const weight =
        ((row[at - 1 - lowest] ?? 0) + (row[at + 1 - lowest] ?? 0)) / 6 + (2 / 3) * (row[at - lowest] ?? 0);
      next[at - lowest + 1] = weight;
      sum += weight;
    }
    if (quantile === Infinity && 1 - sum >= power) {
      quantile = n - (block * (1 - sum - power)) / Math.max(left - sum, 1e-300);
    }
    [row, left, lowest, highest] = [next, sum, lowest - 1, top];
    while (row.length > 1 && (row[0] ?? 0) < 1e-12) {
      row = row.subarray(1);
      lowest += 1;
    }
  }
  return { quantile: Math.ceil(quantile), mean: Math.ceil(mean) };
}

/** D*(n), from a value nearby. */
function boundary(walk: Walk, bar: number, n: number, near: number): number {
  let d = near;
  for (let step = 0; step < 60; step += 1) {
    const value = logE(walk, n, d) - bar;
    const slope = (logE(walk, n, d + 1e-3) - bar - value) / 1e-3;
    const change = Math.max(-0.1 * n - 1, Math.min(0.1 * n + 1, value / slope));
    d -= change;
    if (Math.abs(change) < 1e-3) break;
  }
  return d;
}

function check(rates: PairRates | PairMoments, { m, level, power }: PassageOptions): void {
  if ('mean' in rates) {
    const { mean, variance } = rates;
    if (!(mean >= 0 && mean <= 1 && variance >= 0 && variance <= 0.25))
      throw new RangeError(`expected moments of numbers in [0,1], got ${mean} and ${variance}`);
  } else if (!(rates.win >= 0 && rates.loss >= 0 && rates.win + rates.loss <= 1)) {
    throw new RangeError(`expected rates, got ${rates.win} and ${rates.loss}`);
  }
  if (!(m > 0 && m < 1)) throw new RangeError(`expected m in (0,1), got ${m}`);
  if (!(level > 0 && level < 1)) throw new RangeError(`expected level in (0,1), got ${level}`);
  if (!(power > 0 && power < 1)) throw new RangeError(`expected power in (0,1), got ${power}`);
}
