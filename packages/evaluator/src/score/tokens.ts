/**
 * The words, numbers and signs of a text, in order, without case.
 *
 * A word is a run of letters and marks with apostrophes inside; a number is a run of digits with `.` or `,` inside; every
 * other character that is not white space is a token of its own, and so is each letter of the scripts that are written
 * without spaces. Linear in the text.
 * Example: `Don't pay $1,200.50!` -> don't, pay, $, 1,200.50, !
 */
export function tokensOf(text: string): string[] {
  return text.normalize('NFC').toLowerCase().match(TOKEN) ?? [];
}

const UNSPACED = ['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar']
  .map((script) => String.raw`\p{sc=${script}}`)
  .join('');
const LETTERS = String.raw`[[\p{L}\p{M}]--[${UNSPACED}]]+`;
const TOKEN = new RegExp(String.raw`[${UNSPACED}]|${LETTERS}(?:['’]${LETTERS})*|\p{N}+(?:[.,]\p{N}+)*|\S`, 'gv');
