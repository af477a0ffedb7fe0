import { expect, it } from 'vitest';
import { halfSipHash, keyedHash } from './keyed-hash.js';

/** Code units of the bytes 0, 1, 2, ... */
const counting = (units: number): string =>
  String.fromCharCode(...Array.from({ length: units }, (_, at) => (2 * at) | ((2 * at + 1) << 8)));

it('has the published values for the key 0, 1, ..., 7', () => {
  const hashOf = halfSipHash(0x03020100, 0x07060504);
  const values = [0, 1, 2, 3, 4].map((units) => hashOf(counting(units)));
  expect(values).toEqual([0x5b9f35a9, 0x03a662fa, 0x89466e2a, 0x23fc6358, 0x8f84b8d0]);
});

it('tells nothing of a text to whoever has another secret', () => {
  expect(keyedHash('one')('yes')).toBe(keyedHash('one')('yes'));
  expect(keyedHash('one')('yes')).not.toBe(keyedHash('other')('yes'));
});
