import { beforeEach, expect, test } from 'vitest';
import { ExpectedRequests } from './expected-requests.js';

const MINUTE = 60_000;
let now = 0;
let expected: ExpectedRequests;
beforeEach(() => {
  now = 0;
  expected = new ExpectedRequests(() => now);
});

test('each that is expected is taken once, of its own kind', () => {
  expected.add('POST', '/v1');
  expected.add('POST', '/v1');
  expect(expected.take('GET', '/v1')).toBe(false);
  expect(expected.take('POST', '/v2')).toBe(false);
  expect([1, 2, 3].map(() => expected.take('POST', '/v1'))).toEqual([true, true, false]);
});

test.each([
  ['a minute', MINUTE, true],
  ['two', 2 * MINUTE, false],
])('after %s it is still expected: %s', (_name, later, still) => {
  expected.add('POST', '/v1');
  now = later;
  expect(expected.take('POST', '/v1')).toBe(still);
});

test('the oldest is taken first, and what came later stays', () => {
  expected.add('POST', '/v1');
  now = MINUTE;
  expected.add('POST', '/v1');
  expect(expected.take('POST', '/v1')).toBe(true);
  now = 2 * MINUTE;
  expect(expected.take('POST', '/v1')).toBe(true);
  expect(expected.take('POST', '/v1')).toBe(false);
});

test('no more than 200 paths are remembered at a time', () => {
  for (let path = 0; path < 201; path += 1) expected.add('POST', `/${path}`);
  expect(expected.take('POST', '/199')).toBe(true);
  expect(expected.take('POST', '/200')).toBe(false);
});
