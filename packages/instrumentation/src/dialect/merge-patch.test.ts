import { expect, test } from 'vitest';
import { bothPatches, mergePatch, removing } from './merge-patch.js';

test('a merge patch removes by null, merges objects and replaces all else', () => {
  const target = { a: 1, b: { c: 1, d: 2 }, e: [1] };
  expect(mergePatch(target, { a: null, b: { c: null, f: 3 }, e: [2], g: { h: null } })).toEqual({
    b: { d: 2, f: 3 },
    e: [2],
    g: {},
  });
  expect(target.b.c).toBe(1);
});

test.each([
  [{ a: null }, { a: 1 }],
  [{ a: { b: null, c: 1 } }, { a: { c: null, d: 2 } }],
  [{ a: { b: 1 } }, { a: 7 }],
  [{ a: 7 }, { x: null }],
])('two patches as one: %j, %j', (first, second) => {
  const target = { a: { b: 0, c: 0 }, x: 0 };
  expect(mergePatch(target, bothPatches(first, second))).toEqual(mergePatch(mergePatch(target, first), second));
});

test('fields are removed by their paths', () => {
  expect(removing(['a', 'b.c', 'b.d.e'])).toEqual({ a: null, b: { c: null, d: { e: null } } });
  expect(removing([])).toEqual({});
});
