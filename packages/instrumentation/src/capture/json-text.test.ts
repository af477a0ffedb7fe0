import { expect, it } from 'vitest';
import { jsonText } from './json-text.js';

it.each<[string, unknown, string]>([
  ['fields in whatever order', { b: 1, a: [null, true, 'x'] }, '{"a":[null,true,"x"],"b":1}'],
  ['fields that are not there, and methods', { a: undefined, b: () => 1, c: 1 }, '{"c":1}'],
  ['numbers JSON has no word for', [NaN, Infinity, 2n ** 64n], '["NaN","Infinity",18446744073709551616]'],
  ['what says its own JSON', { at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
  [
    'objects of a class',
    new (class Label {
      readonly label = 'x';
    })(),
    '{"label":"x"}',
  ],
  ['bytes', new Uint8Array([1, 2, 3]), '{"bytes":3,"sha256":"039058c6f2c0cb49"}'],
  ['an empty object', {}, '{}'],
])('writes %s', (_name, value, text) => {
  expect(jsonText(value, 1000)).toEqual({ text, cut: false });
});

it.each([
  ['a map', new Map([[1, 2]])],
  ['a response', new Response('x')],
  ['a function', () => 1],
  ['a symbol', Symbol('x')],
])('has no text for %s, which would agree with every other', (_name, value) => {
  expect(() => jsonText(value, 1000)).toThrow();
});

it('refuses what contains itself', () => {
  const circle: unknown[] = [];
  circle.push(circle);
  expect(() => jsonText(circle, 1000)).toThrow('more than 64 levels');
});

it('stops at the limit, and does not walk on', () => {
  let walked = 0;
  const list = Array.from({ length: 1000 }, () => ({ toJSON: () => (walked += 1) }));
  expect(jsonText(list, 9)).toEqual({ text: '[1,2,3,4,', cut: true });
  expect(walked).toBeLessThan(10);
  expect(jsonText('x'.repeat(98), 100).cut).toBe(false);
  expect(jsonText('x'.repeat(99), 100).cut).toBe(true);
});

const MEBIBYTE = 1024 * 1024;

it('looks through bytes once, however often and by whatever view they are in a value', () => {
  const bytes = new Uint8Array(15 * MEBIBYTE);
  const views = (count: number): unknown[] =>
    Array.from({ length: count }, (_, index) => ({ image: index % 2 === 0 ? bytes : bytes.subarray(0) }));
  const { text } = jsonText(views(2), 1000);
  expect(jsonText(views(1000), 1_000_000).text).toContain(text.slice(1, -1));
});

it('tells apart the parts of one buffer', () => {
  const bytes = new Uint8Array([1, 2, 3, 4]);
  const parts = [bytes, bytes.subarray(0, 2), bytes.subarray(2), bytes.subarray(0, 3), bytes.buffer];
  const apart = parts.map((part) => jsonText(part, 1000).text);
  expect(jsonText(parts, 1000).text).toBe(`[${apart.join(',')}]`);
  expect(new Set(apart).size).toBe(4);
});

it('looks through 16 MiB of one value in all, and no further', () => {
  const halves = [new Uint8Array(8 * MEBIBYTE), new Uint8Array(8 * MEBIBYTE)];
  expect(jsonText(halves, 1000).cut).toBe(false);
  expect(() => jsonText([...halves, new Uint8Array(1)], 1000)).toThrow('more than 16777216 bytes');
});
