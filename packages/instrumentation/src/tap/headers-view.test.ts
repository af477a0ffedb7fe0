import { expect, test } from 'vitest';
import { readHeaders } from './outgoing-request.js';

test('a view of headers says what a copy of them says', () => {
  const source = new Headers([
    ['X-One', '1'],
    ['Accept', 'a'],
    ['accept', 'b'],
  ]);
  const view = readHeaders(source);
  const all = [
    ['accept', 'a, b'],
    ['x-one', '1'],
  ];
  expect([view.get('accept'), view.get('x-one'), view.get('other'), view.has('other')]).toEqual([
    'a, b',
    '1',
    undefined,
    false,
  ]);
  expect([...view]).toEqual(all);
  expect([...view.keys()]).toEqual(['accept', 'x-one']);
  expect([...view.values()]).toEqual(['a, b', '1']);
  expect(view.size).toBe(2);
  const walked: string[][] = [];
  view.forEach((value, name) => walked.push([name, value]));
  expect(walked).toEqual(all);
  expect(view.get('x-one')).toBe('1');
});

test('a view asked for one header walks through none', () => {
  const source = new Headers({ 'x-one': '1' });
  const forEach = (): never => {
    throw new Error('walked');
  };
  Object.defineProperty(source, 'forEach', { value: forEach });
  expect(readHeaders(source).get('x-one')).toBe('1');
});
