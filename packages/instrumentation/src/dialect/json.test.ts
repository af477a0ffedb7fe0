import { expect, test } from 'vitest';
import { parseForeign, parseJson } from './json.js';

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const fields = (count: number): string => Array.from({ length: count }, (_, index) => `"k${index}":1`).join(',');

test('128 levels are read, 129 are not, closed or not', () => {
  expect(parseJson(nested(128))).toBeInstanceOf(Array);
  expect(parseJson(nested(129))).toBeUndefined();
  expect(parseJson('{"a":'.repeat(1e6))).toBeUndefined();
});

test('brackets in strings are no levels, whatever is escaped', () => {
  const text = JSON.stringify({ a: '['.repeat(500), b: `\\"${'{'.repeat(500)}`, c: '\\'.repeat(501) });
  expect(parseJson(text)).toEqual(JSON.parse(text));
  expect(parseJson(`["\\\\",${nested(200)}]`)).toBeUndefined();
});

test('closed levels do not add up', () => {
  expect(parseJson(`[${'[[]],'.repeat(1000)}1]`)).toHaveLength(1001);
});

test.each([
  ['values', `[${'0,'.repeat(65_534)}0]`, `[${'0,'.repeat(65_536)}0]`],
  ['lists', `[${'[],'.repeat(32_000)}0]`, `[${'[],'.repeat(33_000)}0]`],
  ['names', `{${fields(16_384)}}`, `{${fields(16_385)}}`],
])('of what the other side wrote, so many %s are read and no more', (_, most, more) => {
  expect(parseForeign(most)).toBeDefined();
  expect(parseForeign(more)).toBeUndefined();
  expect(parseJson(more)).toBeDefined();
});

test('what is no JSON is undefined', () => {
  for (const text of ['', '{', '"', '"\\', '["a]', ']'.repeat(500), `{"a":"${'x'.repeat(300)}`])
    expect(parseForeign(text)).toBeUndefined();
});
