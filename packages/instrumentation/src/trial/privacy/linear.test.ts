import { expect, it } from 'vitest';
import { HARD_UNITS } from './hard-units.test.support.js';
import { Placeholders } from './placeholders.js';
import { redact } from './redact.js';

function bestOf(times: number, text: string): number {
  let best = Infinity;
  for (let time = 0; time < times; time += 1) {
    const before = performance.now();
    redact(text, new Placeholders());
    best = Math.min(best, performance.now() - before);
  }
  return best;
}

/** A constant factor of noise is allowed for; a quadratic scan takes 256 times as long for 16 times the text. */
it.each(HARD_UNITS)('grows with the text alone: %j again and again', (unit) => {
  const text = (length: number): string => unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
  const small = Math.max(bestOf(5, text(16_384)), 0.2);
  expect(bestOf(3, text(262_144)) / small).toBeLessThan(100);
});
