import { expect, it } from 'vitest';
import { inARow } from './in-a-row.js';

it('makes one thing for a key that is asked about again and again, and another for the next key', () => {
  let made = 0;
  const numberOf = inARow((_: object) => (made += 1));
  const [one, other] = [{}, {}];
  expect([numberOf(one), numberOf(one), numberOf(other), numberOf(other)]).toEqual([1, 1, 2, 2]);
});
