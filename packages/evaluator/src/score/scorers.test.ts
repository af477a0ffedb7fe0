import { describe, expect, it } from 'vitest';
import { answerOfText } from './answer.js';
import { exact } from './exact.js';
import { exactJson } from './exact-json.js';
import { exactRaw } from './exact-raw.js';
import { length } from './length.js';
import { lexical } from './lexical.js';
import { SCORERS } from './registry.js';
import type { Scorer } from './scorer.js';

const TEXTS = [
  '',
  ' ',
  'Your refund of $42.50 was issued today.',
  'your  refund of $42.50 was issued today .',
  'Paid — naïve café, e\u0301tude 👩‍👩‍👧',
  '返金は処理されました。',
  '{"a":1,"b":[true,null]}',
  '{"b":[true,null],"a":1.0}',
  '[',
  'NUL \u0000 and half a pair \ud800',
  'word '.repeat(3000),
];

/**
 * The promises of every scorer, as tests.
 *
 * @param known Pairs of answers with their score; null where there is none.
 */
function testScorer(
  scorer: Scorer,
  known: readonly (readonly [primary: string, other: string, score: number | null])[],
): void {
  const applicable = TEXTS.filter((text) => scorer.applies(answerOfText(text)));

  it.each(known)('scores %j against %j', (primary, other, score) => {
    const given = scorer.score(answerOfText(primary), answerOfText(other));
    if (score === null) expect(given).toBeNull();
    else expect(given).toBeCloseTo(score, 9);
  });

  it('gives a number in [0,1] or null, whatever the texts', () => {
    for (const primary of applicable) {
      for (const other of TEXTS) {
        const score = scorer.score(answerOfText(primary), answerOfText(other));
        expect(score === null || (score >= 0 && score <= 1)).toBe(true);
      }
    }
  });

  it('gives 1 to an answer against itself', () => {
    expect(applicable.length).toBeGreaterThan(0);
    for (const text of applicable) expect(scorer.score(answerOfText(text), answerOfText(text))).toBe(1);
  });

  it('does not depend on which of the two came first', () => {
    for (const a of applicable) {
      for (const b of applicable)
        expect(scorer.score(answerOfText(a), answerOfText(b))).toBe(scorer.score(answerOfText(b), answerOfText(a)));
    }
  });
}

describe('exact_raw', () => {
  testScorer(exactRaw, [
    ['yes', 'yes', 1],
    ['yes', 'yes ', 0],
    ['', '', 1],
  ]);
});

describe('exact', () => {
  testScorer(exact, [
    ['  two\n\twords ', 'two words', 1],
    ['e\u0301tude', '\u00e9tude', 1],
    ['Yes', 'yes', 0],
    ['yes', 'yes.', 0],
  ]);
});

describe('exact_json', () => {
  testScorer(exactJson, [
    ['{"a":1,"b":[1,2]}', ' {"b":[1,2],"a":1.0} ', 1],
    ['{"a":1}', '{"a":2}', 0],
    ['[1,2]', '[2,1]', 0],
    ['{"a":1}', 'Sure! {"a":1}', null],
    ['"\\u00e9"', '"é"', 1],
  ]);

  it('does not apply where the primary is no JSON, or JSON too deep to compare', () => {
    expect(exactJson.applies(answerOfText('plain words'))).toBe(false);
    expect(exactJson.applies(answerOfText('['.repeat(200) + ']'.repeat(200)))).toBe(false);
  });
});

describe('length', () => {
  testScorer(length, [
    ['abcd', 'ab', 0.5],
    ['', 'ab', 0],
    ['', '', 1],
  ]);
});

describe('lexical', () => {
  testScorer(lexical, [
    ['the cat sat', 'the dog sat', 4 / 6],
    ['The CAT', 'the cat', 1],
    ['one two', 'three four', 0],
    ['', 'words', 0],
    ['a b c d', 'a c b d', 6 / 8],
    ['返金済み', '返金済', 6 / 7],
  ]);

  it('compares the beginning and the end of answers too long to compare whole', () => {
    const filler = (word: string): string => `${word} `.repeat(10_000);
    const long = `first ${filler('middle')}last`;
    expect(lexical.score(answerOfText(long), answerOfText(`first ${filler('middle')} last`))).toBe(1);
    const other = lexical.score(answerOfText(long), answerOfText(`first ${filler('other')}last`));
    expect(other).toBeCloseTo((2 * 2) / (8192 + 8192), 9);
  });

  it('answers in bounded time, however long the answers', () => {
    const random = (seed: number): string => {
      let state = seed;
      return Array.from({ length: 300_000 }, () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return (state >>> 20).toString(36);
      }).join(' ');
    };
    const before = performance.now();
    expect(lexical.score(answerOfText(random(1)), answerOfText(random(2)))).toBeLessThan(1);
    expect(performance.now() - before).toBeLessThan(1500);
  });
});

it('registers every scorer under its own name', () => {
  expect(SCORERS.map((scorer) => scorer.name)).toEqual(['exact_raw', 'exact', 'exact_json', 'lexical', 'length']);
});
