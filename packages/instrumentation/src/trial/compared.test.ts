import { expect, it } from 'vitest';
import { canonicalisingText, canonicalText, comparedTokens, normalisedText, normalisingText } from './compared.js';
import { composed } from './composed.js';

it.each([
  ["Don't pay $1,200.50!", ["don't", 'pay', '$', '1,200.50', '!']],
  ['e\u0301tude  \u00c9TUDE', ['étude', 'étude']],
  ['日本語です', ['日', '本', '語', 'で', 'す']],
  ['order-4411 (EU)', ['order', '-', '4411', '(', 'eu', ')']],
  [' \n\t', []],
])('splits %j', (text, tokens) => {
  expect(comparedTokens(text)).toEqual(tokens);
});

it('is normalised alike in one piece and in steps', () => {
  for (const unit of [
    'Two  words,\n\n and é e\u0301 ',
    ' \u0301a ',
    '漢字 ',
    'a\u00a0 b ',
    'x',
    ' \t\n',
    'a \u2003 b',
    'a\u0323\u0301',
    `b${'\u0301'.repeat(70)}`,
    '각\u1100\u1161\u11a8가\u11a8',
    'か\u3099ハ\u309a\u00a0漢',
    '\u0438\u0306\u0627\u0653<\u0338',
  ]) {
    const text = ` ${unit.repeat(60_000 / unit.length)} `;
    let steps = 1;
    const work = normalisingText(text);
    let step = work.next();
    for (; step.done !== true; step = work.next()) steps += 1;
    expect(step.value === normalisedText(text)).toBe(true);
    if (!/^\s*$/.test(unit)) expect(steps).toBeGreaterThan(3);
  }
});

it('parts long runs of marks, so that they cost no more than other text, and leaves what people write', () => {
  const marks = `a${'\u0301\u0323'.repeat(20)}`;
  // The first run is sorted by itself: 15 of the one, then 15 of the other, which compose with nothing but the letter.
  expect(normalisedText(marks).slice(-11)).toBe(`\u034f${'\u0323'.repeat(5)}${'\u0301'.repeat(5)}`);
  expect(normalisedText(`${marks}\u0301`)).not.toBe(normalisedText(`${marks}\u0323`));
  const written = `e\u0301${'\u0323'.repeat(3)} Z\u030d\u0332o\u0315`;
  expect(normalisedText(written)).toBe(written.normalize('NFC'));
  // What takes the square of its length to sort is short, however long the text.
  expect(normalisedText(`a${'\u0301\u0323'.repeat(10_000)}`)).not.toMatch(/[\u0301\u0323]{31}/u);
});

it('parts them in the compatibility form, too, where half-width signs become marks', () => {
  const composedOnce = composed(`a${'\u0323\uff9e'.repeat(10_000)}`, 'NFKC');
  expect(composedOnce).not.toMatch(/[\u0323\u3099]{31}/u);
  expect(composed('ｶﾞ é ﬁ', 'NFKC')).toBe('ガ é fi');
});

it.each([
  ['{"b": 1.0, "a": "x"}', '{"a":"x","b":1}'],
  [
    '[9007199254740992, 0.30000000000000004, 1e21, 1234567890123456.0]',
    '[9007199254740992,0.30000000000000004,1e+21,1234567890123456]',
  ],
  ['{"id": 9007199254740993}', String.raw`{"id":"\u00009007199254740993"}`],
  ['"9007199254740993 \\" 9007199254740993"', '"9007199254740993 \\" 9007199254740993"'],
  ['[1e400, -12345678901234567890.5e-3]', String.raw`["\u00001e400","\u0000-12345678901234567890.5e-3"]`],
  // A string that is written like such a number would be taken for it.
  [String.raw`[9007199254740993, "\u00009007199254740993"]`, null],
  ['{9007199254740993: 1}', null],
  ['[01234567890123456789]', null],
])('spells the JSON %s so that no other value is spelt alike', (text, canonical) => {
  expect(canonicalText(text)).toBe(canonical);
});

it('spells numbers in steps, wherever in a long text they stand', () => {
  const numbers = Array.from({ length: 4_000 }, (_, at) => `0.${123_456_789_012_345_678n + BigInt(at)}1`);
  const said = String.raw`say \"1,2\" 9007199254740993`;
  for (const text of [
    `[${numbers.join(',')}]`,
    `[${numbers.join(`,"${said}",`)}]`,
    `["${'x'.repeat(99_000)}",${numbers.join(', ')}]`,
  ]) {
    const values = text.replaceAll(/(?<=[[,]) ?(0\.\d+)/g, String.raw`"\u0000$1"`);
    let steps = 1;
    const work = canonicalisingText(text);
    let step = work.next();
    for (; step.done !== true; step = work.next()) steps += 1;
    expect(step.value === values).toBe(true);
    expect(steps).toBeGreaterThan(7);
  }
});

it('spells a number whose digits are mostly zeros by its digits', () => {
  const zeros = '0'.repeat(390);
  expect(canonicalText(`[1${zeros.slice(100)}, 1${zeros}1]`)).toBe(`[1e+290,"\\u00001${zeros}1"]`);
  expect(canonicalText(`[0.${zeros.slice(100)}1, -0.000000000000000]`)).toBe('[1e-291,0]');
});
