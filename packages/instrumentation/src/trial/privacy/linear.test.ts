import { expect, it } from 'vitest';
import { HARD_UNITS } from './hard-units.test.support.js';
import { Placeholders } from './placeholders.js';
import { redact } from './redact.js';

const SMALL = 16_384;
const LARGE = 262_144;
/** The clock of CPU time ticks every few milliseconds: less than that says nothing. */
const TICK_MS = 5;

/** CPU time of as many texts of a length as make four large ones, in milliseconds: how busy the machine is does not count. */
function cpuTimeOf(unit: string, length: number): number {
  const text = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
  const before = process.cpuUsage();
  for (let done = 0; done < 4 * LARGE; done += length) redact(text, new Placeholders());
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Once is enough where it grows with the text: what else the process does can only add to it. */
function leastRatioOf(unit: string): number {
  let least = Infinity;
  for (let time = 0; time < 4 && least > 3; time += 1) {
    least = Math.min(least, cpuTimeOf(unit, LARGE) / Math.max(cpuTimeOf(unit, SMALL), TICK_MS));
  }
  return least;
}

/** The same characters in larger pieces take as long; a quadratic scan takes 16 times as long. */
it.each(HARD_UNITS)('grows with the text alone: %j again and again', (unit) => {
  expect(leastRatioOf(unit)).toBeLessThan(6);
});
