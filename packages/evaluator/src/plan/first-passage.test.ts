import { describe, expect, it } from 'vitest';
import { addPair, emptyTally, snapshot } from '../tally/tally.js';
import { betTerms } from '../stats/bets.js';
import { firstPassage, type PairRates } from './first-passage.js';
import { momentsOf } from './live-rates.js';
import { slowerThan } from './log-normal.js';
import { fractions } from '../stats/mulberry32.js';

const LEVEL = 0.05;
const even = (informative: number): PairRates => ({ win: informative / 2, loss: informative / 2 });
const rate = (p: number): PairRates => even(2 * p * (1 - p));

/** The test itself, with a look after every pair: when it makes its claim. */
function simulated({ win, loss }: PairRates, m: number, runs: number, seed: number): readonly number[] {
  const random = fractions(seed);
  const terms = [1, 0.5, 0].map((x) => betTerms(x, m, 1).map((term) => term / 2 ** 40));
  const bar = 32 / LEVEL;
  return Array.from({ length: runs }, () => {
    const capital = new Float64Array(32);
    for (let n = 1; ; n += 1) {
      const u = random();
      const term = terms[u < win ? 0 : u < win + loss ? 2 : 1];
      let sum = 0;
      for (let g = 0; g < 32; g += 1) {
        capital[g] = (capital[g] ?? 0) + (term?.[g] ?? 0);
        // The exponentials are dear: a bet that is far below changes nothing.
        if ((capital[g] ?? 0) > -3) sum += Math.exp(capital[g] ?? 0);
      }
      if (sum >= bar) return n;
    }
  }).sort((a, b) => a - b);
}

describe('firstPassage', () => {
  it.each([
    ['a win rate without ties', even(1), 0.45],
    ['a win rate with 30 % ties', even(0.7), 0.45],
    ['a win rate with 85 % ties', even(0.15), 0.45],
    ['errors at a base rate of 1 %', rate(0.01), 0.495],
    ['a latency that is better than its margin', { win: 0.049, loss: 0.021 }, 0.5],
  ] as const)('plans the pairs that a simulation of %s needs, within a tenth', (_name, rates, m) => {
    const planned = firstPassage(rates, { m, level: LEVEL, power: 0.8 });
    const needed = simulated(rates, m, 400, 7);
    const mean = needed.reduce((sum, n) => sum + n, 0) / needed.length;
    expect(planned?.mean).toBeGreaterThan(0.9 * mean);
    expect(planned?.mean).toBeLessThan(1.1 * mean);
    const quantile = needed[Math.ceil(0.8 * needed.length) - 1] ?? 0;
    expect(planned?.quantile).toBeGreaterThan(0.88 * quantile);
    expect(planned?.quantile).toBeLessThan(1.12 * quantile);
  });

  it.each([
    [even(1), 0.45, 1305],
    [even(0.7), 0.45, 866],
    [even(0.5), 0.45, 584],
    [even(0.15), 0.45, 176],
    [rate(0), 0.495, 879],
    [rate(0.01), 0.495, 2214],
    [rate(0.03), 0.495, 6871],
    [rate(0.05), 0.495, 12_147],
    [rate(0.1), 0.495, 26_153],
  ] as const)('gives the simulated power: %j against %d, %d pairs', (rates, m, pairs) => {
    const planned = firstPassage(rates, { m, level: LEVEL, power: 0.8 })?.quantile ?? 0;
    expect(Math.abs(planned / pairs - 1)).toBeLessThan(0.05);
  });

  it.each([
    ['alike, sigma .5', 0.5, 10, 1],
    ['alike, sigma 1', 1, 40, 1],
    ['at half the cost', 0.5, 10, 0.5],
  ] as const)('plans the pairs that costs %s need, within a seventh', (_name, sigma, most, times) => {
    const random = fractions(11);
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const call = (): number => Math.min(most, Math.exp(sigma * normal() - sigma ** 2 / 2));
    const [ratio, m] = [1.2, 1 / 2.2];
    const x = (): number => (ratio * call() - times * call() + most) / ((1 + ratio) * most);
    const sample = Array.from({ length: 20_000 }, x);
    const mean = sample.reduce((sum, one) => sum + one, 0) / sample.length;
    const variance = sample.reduce((sum, one) => sum + (one - mean) ** 2, 0) / sample.length;
    const needed = Array.from({ length: 300 }, () => {
      const capital = new Float64Array(32).fill(1);
      for (let n = 1; ; n += 1) {
        const one = x();
        let sum = 0;
        for (let g = 0; g < 32; g += 1)
          sum += capital[g] = (capital[g] ?? 0) * (1 + (((g + 1) / 32) * 0.5 * (one - m)) / m);
        if (sum >= 32 / LEVEL) return n;
      }
    }).sort((a, b) => a - b);
    const planned = firstPassage({ mean, variance }, { m, level: LEVEL, power: 0.8 });
    expect(Math.abs((planned?.quantile ?? 0) / (needed[239] ?? 0) - 1)).toBeLessThan(0.14);
    expect(Math.abs((planned?.mean ?? 0) / (needed.reduce((sum, n) => sum + n, 0) / 300) - 1)).toBeLessThan(0.14);
  });

  it('says that costs at the ratio are never passed', () => {
    const options = { m: 0.45, level: LEVEL, power: 0.8 };
    expect(firstPassage({ mean: 0.45, variance: 0.01 }, options)).toBeNull();
    expect(firstPassage({ mean: 0.46, variance: 0 }, options)?.quantile).toBeGreaterThan(100);
    expect(() => firstPassage({ mean: 1.1, variance: 0.01 }, options)).toThrow(RangeError);
    expect(() => firstPassage({ mean: 0.5, variance: 0.3 }, options)).toThrow(RangeError);
  });

  it('needs more for more power and a stricter level, and says where nothing is enough', () => {
    const at = (power: number, level: number): number =>
      firstPassage(even(1), { m: 0.45, power, level })?.quantile ?? 0;
    expect(at(0.9, LEVEL)).toBeGreaterThan(at(0.8, LEVEL));
    expect(at(0.8, 0.025)).toBeGreaterThan(at(0.8, LEVEL));
    expect(firstPassage({ win: 0.4, loss: 0.6 }, { m: 0.45, level: LEVEL, power: 0.8 })).toBeNull();
    expect(firstPassage({ win: 0, loss: 0.5 }, { m: 0.45, level: LEVEL, power: 0.8 })).toBeNull();
  });

  it.each([
    [{ win: 0.6, loss: 0.6 }, {}],
    [{ win: Number.NaN, loss: 0 }, {}],
    [even(1), { m: 1 }],
    [even(1), { level: 0 }],
    [even(1), { power: 1 }],
  ])('refuses %j with %j', (rates, some) => {
    expect(() => firstPassage(rates, { m: 0.45, level: LEVEL, power: 0.8, ...some })).toThrow(RangeError);
  });
});

describe('what a plan is made of', () => {
  it('reads the variance of scores off the bets', () => {
    const tally = emptyTally(0.475);
    const random = fractions(3);
    const values = Array.from({ length: 2000 }, () => 0.35 + 0.3 * random());
    for (const x of values) addPair(tally, { safe: x, harm: x, reference: 0.5, candidate: 0.5 });
    expect(snapshot(tally).pairs).toBe(2000);
    expect(momentsOf(tally).variance).toBeGreaterThan(0.9 * (0.09 / 12));
    expect(momentsOf(tally).variance).toBeLessThan(1.1 * (0.09 / 12));
    expect(momentsOf(emptyTally(0.5)).variance).toBe(0.25);
  });

  it('knows how many latencies are over a multiple of their quantile', () => {
    expect(slowerThan(0.95, 1.2, 0.5)).toBeCloseTo(0.0222, 4);
    expect(slowerThan(0.5, 1, 0.5)).toBeCloseTo(0.5, 6);
    expect(slowerThan(0.99, 0.5, 0.5)).toBeGreaterThan(0.01);
    expect(() => slowerThan(0.9, 1.2, 0.5)).toThrow(RangeError);
  });
});
