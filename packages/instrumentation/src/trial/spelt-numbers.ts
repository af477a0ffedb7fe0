import type { Steps } from './steps.js';

/** A double holds every number of 15 digits, below an exponent of three. */
const MAY_LOSE = /[\d.]{16}|\d[eE][+-]?\d{3}/;
const NUMBER = /-?\d[\d.eE+-]*/g;
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/sy;
/** How a spelling is told from strings: in JSON the sign NUL can only stand escaped. */
const MARK = String.raw`\u0000`;
/** In UTF-16 code units: of a longer text, and a longer number, nothing is told. */
const LONGEST = { text: 262_144, number: 400 };
/** No double has more in its shortest spelling. */
const MOST_DIGITS = 17;
/** Code units of numbers that are looked through in one step: a number takes up to a microsecond. */
const PIECE = 16_384;

/**
 * A JSON text in which each number that no double holds (an id of 19 digits, 1e400) is a string of its spelling behind a NUL, so that parsing does
 * not make one number of two. Most texts as they are; null where it cannot be done. Linear in the text.
 *
 * @param text JSON: what else there is may be torn.
 */
export function* withSpeltNumbers(text: string): Steps<string | null> {
  if (!MAY_LOSE.test(text)) return text;
  if (text.length > LONGEST.text || text.includes(MARK)) return null;
  let spelt = '';
  let sinceStep = 0;
  for (let at = 0; at < text.length;) {
    const end = endOfPiece(text, at);
    if (text[at] === '"') spelt += text.slice(at, end);
    else {
      spelt += text.slice(at, end).replace(NUMBER, (number) => (survives(number) ? number : `"${MARK}${number}"`));
    }
    sinceStep += end - at;
    at = end;
    if (sinceStep < PIECE) continue;
    sinceStep = 0;
    yield;
  }
  return spelt;
}

/** Past the string that begins here; else before the next one, or past a comma where that one is far. */
function endOfPiece(text: string, at: number): number {
  if (text[at] === '"') {
    STRING.lastIndex = at;
    return STRING.test(text) ? STRING.lastIndex : text.length;
  }
  const quote = text.indexOf('"', at);
  const end = quote === -1 ? text.length : quote;
  if (end - at <= PIECE) return end;
  const comma = text.indexOf(',', at + PIECE);
  return comma === -1 || comma > end ? end : comma + 1;
}

/** Whether the shortest spelling of the nearest double has the same digits. Then it has the same exponent, too. */
function survives(number: string): boolean {
  if (number.length < 16 && !/e/i.test(number)) return true;
  if (number.length > LONGEST.number) return false;
  const digits = digitsOf(number);
  return digits.length <= MOST_DIGITS && digits === digitsOf(String(Number(number)));
}

/** Those that count: without sign, point, exponent, and zeros at the ends. */
function digitsOf(number: string): string {
  const digits = number.replace(/[eE].*$/, '').replace(/[-.]/g, '');
  let from = 0;
  let to = digits.length;
  while (digits[from] === '0') from += 1;
  while (to > from && digits[to - 1] === '0') to -= 1;
  return digits.slice(from, to);
}
