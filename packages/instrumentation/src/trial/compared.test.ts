import { expect, it } from 'vitest';
import { comparedTokens, normalisedText, normalisingText } from './compared.js';

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
  ]) {
    const text = ` ${unit.repeat(60_000 / unit.length)} `;
    let steps = 1;
    const work = normalisingText(text);
    let step = work.next();
    for (; step.done !== true; step = work.next()) steps += 1;
    expect(step.value === normalisedText(text)).toBe(true);
    if (unit.startsWith('Two')) expect(steps).toBeGreaterThan(3);
  }
});
