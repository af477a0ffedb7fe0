import { describe, expect, it } from 'vitest';
import { randomPairs } from '../score/sequences.test.support.js';
import { wordDiff } from './word-diff.js';

const shown = (first: string, second: string): string =>
  wordDiff(first, second)
    .map(({ kind, text }) => (kind === 'both' ? text : kind === 'first' ? `[${text}]` : `{${text}}`))
    .join('|');

/** The textbook recurrence. */
function common(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, () => 0);
  for (const one of a) {
    const next = [0];
    b.forEach((other, at) => next.push(one === other ? (row[at] ?? 0) + 1 : Math.max(row[at + 1] ?? 0, next[at] ?? 0)));
    row = next;
  }
  return row.at(-1) ?? 0;
}

describe('wordDiff', () => {
  it.each([
    ['the cat sat', 'the dog sat', 'the|[ cat]|{ dog}| sat'],
    ['', 'all new', '{all new}'],
    ['gone', '', '[gone]'],
    ['same  words\n here', 'same words here', 'same words here'],
    ['a b c d', 'a x c y d', 'a|[ b]|{ x}| c|{ y}| d'],
    ['Yes.', 'Yes!', 'Yes|[.]|{!}'],
  ])('%j and %j', (first, second, expected) => {
    expect(shown(first, second)).toBe(expected);
  });

  it('finds words in a script without spaces', () => {
    const pieces = wordDiff('退款需要五天', '退款需要三天');
    expect(pieces[0]?.kind).toBe('both');
    expect(pieces.length).toBeGreaterThan(2);
  });

  it('keeps both texts, and as many words in common as there can be', () => {
    for (const [a, b] of randomPairs(8)) {
      const pieces = wordDiff(a.join(' '), b.join(' '));
      const of = (...kinds: readonly string[]): string[] =>
        pieces
          .filter(({ kind }) => kinds.includes(kind))
          .flatMap(({ text }) => text.trim().split(' '))
          .filter((word) => word !== '');
      expect(of('both', 'first')).toEqual(a);
      expect(of('both', 'second')).toEqual(b);
      expect(of('both')).toHaveLength(common(a, b));
    }
  });

  it('cuts long texts, in no half of a sign', () => {
    const pieces = wordDiff(`x${'😀'.repeat(5000)}`, 'y');
    expect(pieces.map(({ text }) => text).join('').length).toBeLessThan(4100);
    expect(pieces.every(({ text }) => text.isWellFormed())).toBe(true);
  });
});
