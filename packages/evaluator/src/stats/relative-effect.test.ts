import { expect, it } from 'vitest';
import { relativeEffect, type RoleMean } from './relative-effect.js';

function amounts(sum: number, squares: number, n: number): RoleMean {
  return { n, mean: sum / n, variance: (squares - (sum * sum) / n) / (n - 1) };
}

function rate(successes: number, n: number): RoleMean {
  const mean = successes / n;
  return { n, mean, variance: mean * (1 - mean) };
}

it.each([
  ['amounts', amounts(1396.87, 52377.9767, 3000), amounts(2422.7, 134698.29, 3461), 1000, 0.50336, -0.55844, 1.56516],
  ['rates', rate(1396, 3000), rate(2422, 3461), 5000, 0.50386, 0.40098, 0.60675],
])('gives the published interval of %s', (_what, incumbent, candidate, nOpt, point, lower, upper) => {
  const effect = relativeEffect(incumbent, candidate, { nOpt });
  // Published with five digits, some cut and some rounded.
  expect(Math.abs((effect?.point ?? 9) - point)).toBeLessThan(1e-5);
  expect(Math.abs((effect?.lower ?? 9) - lower)).toBeLessThan(1e-5);
  expect(Math.abs((effect?.upper ?? 9) - upper)).toBeLessThan(1e-5);
});

it('has nothing where a role has nothing', () => {
  expect(relativeEffect({ n: 0, mean: 0, variance: 0 }, rate(1, 2))).toBeNull();
  expect(relativeEffect(rate(0, 5), rate(1, 2))).toBeNull();
});
