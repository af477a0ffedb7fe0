import { describe, expect, it } from 'vitest';
import { cut, wrapped } from './layout.js';

const upper = (text: string): string => text.toUpperCase();

describe('wrapped', () => {
  it('breaks at spaces, and words that are too long anywhere', () => {
    expect(wrapped([{ text: 'one two three' }], 8)).toEqual(['one two ', 'three']);
    expect(wrapped([{ text: 'abcdefghij' }], 4)).toEqual(['abcd', 'efgh', 'ij']);
    expect(wrapped([{ text: 'one two' }], 3)).toEqual(['one', 'two']);
  });

  it('indents what goes on, and says where more was left out', () => {
    expect(wrapped([{ text: 'one two three four' }], 8, { indent: '  ', most: 2 })).toEqual(['one two ', '  thre…']);
    expect(cut([{ text: 'one two three' }], 8)).toBe('one tw…');
    expect(cut([{ text: 'one two' }], 8)).toBe('one two');
  });

  it('marks stretches over lines, and counts no place for it', () => {
    expect(wrapped([{ text: 'one ' }, { text: 'two three', mark: upper }, { text: ' four' }], 9)).toEqual([
      'one TWO ',
      'THREE four'.slice(0, 5) + ' ',
      'four',
    ]);
  });

  it('takes signs of other scripts for wide ones, and never passes the width', () => {
    expect(wrapped([{ text: '退款需要' }], 4)).toEqual(['退款', '需要']);
    for (const columns of [1, 2, 3, 7]) {
      const lines = wrapped([{ text: 'a word or two, 退款 and    spaces' }], columns, { indent: '  ' });
      for (const line of lines) {
        const places = Array.from(line).reduce((sum, sign) => sum + (sign < '\u0300' ? 1 : 2), 0);
        expect(places).toBeLessThanOrEqual(Math.max(columns, 2));
      }
    }
  });
});
