import { describe, expect, it } from 'vitest';
import { answerOfText } from './answer.js';
import { NOTHING_ASKED } from './asked.js';
import { chrf } from './chrf.js';
import { edit } from './edit.js';
import { exact } from './exact.js';
import { exactJson } from './exact-json.js';
import { exactRaw } from './exact-raw.js';
import { length } from './length.js';
import { lexical } from './lexical.js';
import { SCORERS } from './registry.js';
import { testScorer } from './scorer.test.support.js';
import { structure } from './structure.js';

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

  it('is the same as comparing the composed forms, on random texts', () => {
    let state = 29;
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const signs = [
      'a',
      'e',
      'e\u0301',
      '\u00e9',
      '\u0301',
      '\u0323',
      ' ',
      '  ',
      '\n',
      '\u00a0',
      '\u2003',
      '\ud800',
      '返',
    ];
    const counts = [0, 0];
    for (let round = 0; round < 20_000; round += 1) {
      const chosen = random(2) === 0 ? signs : signs.slice(0, 8);
      const text = (): string => Array.from({ length: random(5) }, () => chosen[random(chosen.length)]).join('');
      const [a, b] = [answerOfText(text()), answerOfText(text())];
      const expected = Number(a.normalised === b.normalised);
      expect(exact.score(a, b, NOTHING_ASKED)).toBe(expected);
      counts[expected] = (counts[expected] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(500);
  });

  it('tells nothing but code units of answers too long to look at whole', () => {
    const long = 'a b '.repeat(40_000);
    expect(exact.score(answerOfText(long), answerOfText(long), NOTHING_ASKED)).toBe(1);
    expect(exact.score(answerOfText(long), answerOfText(`${long} `), NOTHING_ASKED)).toBe(0);
  });
});

describe('exact_json', () => {
  testScorer(exactJson, [
    ['{"a":1,"b":[1,2]}', ' {"b":[1,2],"a":1.0} ', 1],
    ['{"a":1}', '{"a":2}', 0],
    ['[1,2]', '[2,1]', 0],
    ['{"a":1}', 'Sure! {"a":1}', null],
    ['"\\u00e9"', '"é"', 1],
    [' true ', 'true', 1],
    ['-1.50', '-1.5', 1],
  ]);

  it('does not apply where the primary is no JSON, or JSON too deep or too long to compare', () => {
    const applies = (text: string): boolean => exactJson.applies(answerOfText(text), NOTHING_ASKED);
    expect(applies('plain words')).toBe(false);
    expect(applies('['.repeat(200) + ']'.repeat(200))).toBe(false);
    expect(applies(`"${'a'.repeat(131_070)}"`)).toBe(true);
    expect(applies(`"${'a'.repeat(131_071)}"`)).toBe(false);
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
    const score = (text: string): number | null => lexical.score(answerOfText(long), answerOfText(text), NOTHING_ASKED);
    expect(score(`first ${filler('middle')} last`)).toBe(1);
    const most = answerOfText(long).tokens.length;
    expect(score(`first ${filler('other')}last`)).toBeCloseTo((2 * 2) / (most + most), 9);
  });
});

describe('edit', () => {
  testScorer(edit, [
    ['the cat sat', 'the dog sat', 2 / 3],
    ['The CAT', 'the cat', 1],
    ['one two', 'three four', 0],
    ['', 'words', 0],
    ['a b c d', 'a c b d', 1 / 2],
    ['a b c', 'a b c d', 3 / 4],
  ]);
});

describe('chrf', () => {
  const recall = (3 / 4 + 2 / 3 + 1 / 2) / 3;
  testScorer(
    chrf,
    [
      ['abcd', 'abc', (5 * recall) / (4 + recall)],
      ['ab', 'ab', 1],
      ['a b', 'ab', 1],
      ['ab', 'cd', 0],
      ['', 'ab', 0],
      [' \n', '', 1],
      // One of two characters, none of one pair: P = R = (1/2 + 0) / 2.
      ['ab', 'ac', 1 / 4],
      // Counted as often as in the one that has fewer: P = (2/4 + 1/3) / 2, R = 1.
      ['aa', 'aaaa', (5 * (5 / 12)) / (4 * (5 / 12) + 1)],
      ['🦊a', '🦊b', 1 / 4],
      ['AB', 'ab', 0],
    ],
    { symmetric: false },
  );

  it('agrees with a count of every n-gram, on random texts', () => {
    let state = 3;
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    for (let round = 0; round < 200; round += 1) {
      const letters = 1 + random(8);
      const text = (): string => Array.from({ length: 1 + random(60) }, () => 'abcdefgh'[random(letters)]).join('');
      const [a, b] = [text(), text()];
      expect(chrf.score(answerOfText(a), answerOfText(b), NOTHING_ASKED)).toBeCloseTo(byCounting(a, b), 9);
    }
  });
});

/** The definition, as slow as it is. */
function byCounting(reference: string, other: string): number {
  const grams = (text: string, n: number): Map<string, number> => {
    const counts = new Map<string, number>();
    for (let at = 0; at + n <= text.length; at += 1)
      counts.set(text.slice(at, at + n), (counts.get(text.slice(at, at + n)) ?? 0) + 1);
    return counts;
  };
  let [precision, recall, orders] = [0, 0, 0];
  for (let n = 1; n <= Math.min(6, reference.length, other.length); n += 1) {
    const [a, b] = [grams(reference, n), grams(other, n)];
    const common = [...a].reduce((sum, [gram, count]) => sum + Math.min(count, b.get(gram) ?? 0), 0);
    precision += common / (other.length - n + 1);
    recall += common / (reference.length - n + 1);
    orders += 1;
  }
  [precision, recall] = [precision / orders, recall / orders];
  return precision + recall === 0 ? 0 : (5 * precision * recall) / (4 * precision + recall);
}

describe('structure', () => {
  testScorer(structure, [
    ['plain', 'also plain', 1],
    ['# A\n\n## B\n- 1\n- 2\n- 3\n- 4', '# A\n# B\n* 1', (1 + 1 / 4) / 2],
    ['# A', 'plain', 0],
    ['```py\n# no heading\n- no item\n```', '~~~\nx\n~~~', 1],
    ['a | b\n--|--\n1 | 2', '| a | b |\n|:--|--:|\n| 1 | 2 |', 1],
    ['| a |\n|---|', 'a\n---', 0],
    ['1. a\n2) b', '+ a\n- b', 1],
    ['#hashtag\n-5 degrees\n1.5 m', 'plain', 1],
  ]);
});

it('registers every scorer under its own name', () => {
  expect(SCORERS.map((scorer) => scorer.name)).toEqual([
    'exact_raw',
    'exact',
    'exact_json',
    'lexical',
    'edit',
    'chrf',
    'length',
    'structure',
    'json_parses',
    'json_valid',
    'json_paths',
    'json_values',
    'tool_names',
    'tool_arguments',
    'tool_exact',
    'tool_valid',
    'label',
    'refusal',
  ]);
});
