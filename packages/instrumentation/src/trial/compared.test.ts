import { expect, it } from 'vitest';
import { comparedTokens } from './compared.js';

it.each([
  ["Don't pay $1,200.50!", ["don't", 'pay', '$', '1,200.50', '!']],
  ['e\u0301tude  \u00c9TUDE', ['étude', 'étude']],
  ['日本語です', ['日', '本', '語', 'で', 'す']],
  ['order-4411 (EU)', ['order', '-', '4411', '(', 'eu', ')']],
  [' \n\t', []],
])('splits %j', (text, tokens) => {
  expect(comparedTokens(text)).toEqual(tokens);
});
