import { describe, expect, it } from 'vitest';
import { BETS, betTerms, UNIT } from './bets.js';

describe('the bets on a bounded mean', () => {
  it('grow by log(1 + lambda (x - m)), rounded down', () => {
    const terms = betTerms(1, 0.5, 1);
    expect(terms.length).toBe(BETS);
    expect((terms[BETS - 1] as number) / UNIT).toBeCloseTo(Math.log(1.5), 11);
    expect((terms[0] as number) / UNIT).toBeCloseTo(Math.log1p(0.5 / 32), 11);
    for (const [at, term] of betTerms(0.3, 0.475, 1).entries()) {
      const exact = UNIT * Math.log1p((((at + 1) / BETS) * 0.5 * (0.3 - 0.475)) / 0.475);
      expect(exact - term).toBeGreaterThanOrEqual(0);
      expect(exact - term).toBeLessThan(1);
    }
  });

  it('never lose more than half, and have no drift upwards at the boundary', () => {
    for (const m of [0.01, 0.25, 0.475, 0.5, 0.9]) {
      const lost = betTerms(0, m, 1);
      const won = betTerms(1, m, 1);
      for (let g = 0; g < BETS; g += 1) {
        const down = Math.exp((lost[g] as number) / UNIT);
        const up = Math.exp((won[g] as number) / UNIT);
        expect(down).toBeGreaterThan(0.5 - 1e-9);
        expect(m * up + (1 - m) * down).toBeLessThanOrEqual(1);
      }
    }
  });

  it('scale the distance to the boundary by pi_min / pi', () => {
    const weighted = betTerms(1, 0.5, 0.1);
    const nearer = betTerms(0.55, 0.5, 1);
    for (let g = 0; g < BETS; g += 1) expect(Math.abs((weighted[g] as number) - (nearer[g] as number))).toBeLessThan(2);
  });

  it.each([
    [Number.NaN, 0.5, 1],
    [1.01, 0.5, 1],
    [-0.01, 0.5, 1],
    [0.5, 0, 1],
    [0.5, 1, 1],
    [0.5, Number.NaN, 1],
    [0.5, 0.5, 0],
    [0.5, 0.5, 1.1],
    [0.5, 0.5, Number.NaN],
  ])('refuse x = %d, m = %d, weight = %d', (x, m, weight) => {
    expect(() => betTerms(x, m, weight)).toThrow(RangeError);
  });
});
