import { expect, it } from 'vitest';
import { absorbTally } from './absorb.js';
import { encodeTally } from './codec.js';
import { MISSING } from './observation.js';
import { addPair, emptyTally, mergeTallies, sumsOf, type Tally } from './tally.js';

const made = (from: number, fold: boolean): Tally => {
  const tally = emptyTally(0.475);
  for (let at = from; at < from + 40; at += 1) {
    const x = (at % 7) / 7;
    addPair(
      tally,
      at % 9 === 0 ? MISSING : { safe: x, harm: x, reference: x, candidate: 1 - x },
      1 / (1 + (at % 3)),
      at,
    );
  }
  if (fold) sumsOf(tally);
  return tally;
};

it.each([
  [false, false],
  [true, false],
  [false, true],
  [true, true],
])('is what merging is, folded or not (%s, %s)', (into, from) => {
  const [sum, added] = [made(1, into), made(90, from)];
  const merged = encodeTally(mergeTallies(made(1, false), made(90, false)));
  absorbTally(sum, added);
  expect(encodeTally(sum)).toEqual(merged);
  expect(encodeTally(added)).toEqual(encodeTally(made(90, false)));
});

it('refuses evidence against another boundary', () => {
  expect(() => absorbTally(emptyTally(0.4), emptyTally(0.5))).toThrow(RangeError);
});
