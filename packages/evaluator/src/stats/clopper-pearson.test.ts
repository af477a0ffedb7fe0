import { describe, expect, it } from 'vitest';
import { clopperPearson } from './clopper-pearson.js';
import { incompleteBeta } from './incomplete-beta.js';

/** P(Binomial(n, p) >= k), summed term by term: the definition, as an oracle. */
function tail(k: number, n: number, p: number): number {
  let term = (1 - p) ** n;
  let sum = 0;
  for (let i = 0; i <= n; i += 1) {
    if (i >= k) sum += term;
    term *= ((n - i) / (i + 1)) * (p / (1 - p));
  }
  return sum;
}

describe('the exact bounds of a rate', () => {
  it.each([
    [10, 100, 0.025, 0.0490047, 0.1762226],
    [7, 10, 0.025, 0.3475471, 0.9332605],
  ])('of %i in %i at %d are the published ones', (k, n, alpha, lower, upper) => {
    const [low, high] = clopperPearson(k, n, { alpha });
    expect(Math.abs(low - lower)).toBeLessThan(1e-7);
    expect(Math.abs(high - upper)).toBeLessThan(1e-7);
  });

  it('have a closed form at the ends: 1 - alpha^(1/n)', () => {
    const [low, high] = clopperPearson(0, 200);
    expect(low).toBe(0);
    expect(high).toBeCloseTo(1 - 0.025 ** (1 / 200), 12);
    expect(clopperPearson(200, 200)[0]).toBeCloseTo(0.025 ** (1 / 200), 12);
    expect(clopperPearson(200, 200)[1]).toBe(1);
    expect(clopperPearson(0, 0)).toEqual([0, 1]);
  });

  it('leave alpha in each tail', () => {
    for (const [k, n] of [
      [1, 7],
      [13, 200],
      [187, 200],
      [60, 120],
    ] as const) {
      const [low, high] = clopperPearson(k, n);
      expect(tail(k, n, low)).toBeCloseTo(0.025, 9);
      expect(1 - tail(k + 1, n, high)).toBeCloseTo(0.025, 9);
    }
  });

  it('miss a rate no oftener than they say, at every rate', () => {
    const n = 40;
    const bounds = Array.from({ length: n + 1 }, (_, k) => clopperPearson(k, n));
    for (let p = 0.02; p < 1; p += 0.07) {
      const missed = bounds.reduce((sum, [low], k) => sum + (low > p ? tail(k, n, p) - tail(k + 1, n, p) : 0), 0);
      expect(missed).toBeLessThanOrEqual(0.025);
    }
  });

  it.each([
    [2, 1, 0.025],
    [-1, 4, 0.025],
    [Number.NaN, 4, 0.025],
    [1, 4, 0],
    [1, 4, 0.5],
  ])('refuse %d of %d at %d', (k, n, alpha) => expect(() => clopperPearson(k, n, { alpha })).toThrow(RangeError));
});

describe('the incomplete beta function', () => {
  it('is the binomial tail', () => {
    expect(incompleteBeta(0.5, 2, 3)).toBeCloseTo(11 / 16, 12);
    for (const [k, n, p] of [
      [3, 9, 0.2],
      [150, 200, 0.7],
      [1, 300, 0.001],
    ] as const) {
      expect(incompleteBeta(p, k, n - k + 1)).toBeCloseTo(tail(k, n, p), 10);
    }
  });

  it('is one half at the middle of a symmetric distribution, however narrow', () =>
    expect(incompleteBeta(0.5, 500_000, 500_000)).toBeCloseTo(0.5, 9));
  it('refuses what is no share', () => expect(() => incompleteBeta(1.1, 1, 1)).toThrow(RangeError));
});
