import { expect, test } from 'vitest';
import { processClock } from './clock.js';

test('is the wall clock, and strictly increases however often it is asked', () => {
  const times = Array.from({ length: 10_000 }, () => processClock.now());
  expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? Number.POSITIVE_INFINITY))).toBe(true);
  expect(Math.abs(processClock.now() - Date.now())).toBeLessThan(1000);
});
