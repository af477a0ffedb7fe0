import { expect, test } from 'vitest';
import { JsonStructure } from './json-structure.js';

const limits = { depth: 8, values: 100, names: 100 };
const TEXTS = [
  `{"a":"${'[['.repeat(50)}","b":[1,2,{"c":"\\"[[[[[[[[[["}]}`,
  `["\\\\",[[[[[[["\\\\\\"{{{{{{{{"]]]]]]]]`,
  `["\\\\",[[[[[[[["\\\\\\\\"{{{{{{{{"]]]]]]]]`,
  `[${'[],'.repeat(60)}1]`,
  `{${Array.from({ length: 101 }, (_, index) => `"k":${index}`).join(',')}}`,
  '"'.repeat(30),
  '\\'.repeat(31),
];

test.each(TEXTS)('says the same however the text is cut: %s', (text) => {
  const whole = new JsonStructure(limits).push(text);
  for (const size of [1, 2, 3, 7]) {
    const structure = new JsonStructure(limits);
    let kept = true;
    for (let at = 0; at < text.length; at += size) kept = structure.push(text.slice(at, at + size));
    expect({ size, kept }).toEqual({ size, kept: whole });
  }
});

test('what was exceeded stays so until another text begins', () => {
  const structure = new JsonStructure(limits);
  expect(structure.push('[[[[[[[[[')).toBe(false);
  expect(structure.push(']')).toBe(false);
  structure.reset();
  expect(structure.push('[[[[[[[[')).toBe(true);
});
