import { expect, it } from 'vitest';
import { Placeholders } from './placeholders.js';
import { redact } from './redact.js';

/** Each makes a scanner begin again and again, or look far for an end that is not there. */
const UNITS = [
  ['1 ', '4 ', '0 ', '4-', '+', '(', '(1', '415 ', '+1 ', '00 ', '4111 1111 1111 111'],
  ['@', 'a@', 'a%40', 'a@a.', '.a', "'", 'a.', 'é@'],
  ['sk-', 's', 's ', 'ghp_a ', 'SG.', 'hvs.a.', 'eyJ', 'eyJ.', 'eyJhbGc.', '.eyJaaaa'],
  ['-', '-----', '-----BEGIN ', '-----BEGIN A-----', '-----END ', '-----BEGIN A-----a-----END '],
  ['DE12', 'DE12 ', 'FR14 2004 ', 'MT84'],
  ['pwd=', 'pwd="', 'pwd=\\"', "pwd='\n", 'token:', 'token: ', 'tel:', 'key=', 'cookie:', 'cookie: a', '_pwd', '":"'],
  ['authorization:', 'bearer ', 'Bearer', '://', '://a:', '://a:b', '\\', '\\n', '\\u0041', '\\/', '{"'],
  ['["\\u0070', '[4111111111111111,', 'a', ' ', '\n'],
].flat();

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
it.each(UNITS)('grows with the text alone: %j again and again', (unit) => {
  const text = (length: number): string => unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
  const small = Math.max(bestOf(5, text(16_384)), 0.2);
  expect(bestOf(3, text(262_144)) / small).toBeLessThan(100);
});
