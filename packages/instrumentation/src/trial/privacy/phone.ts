import { isAlphanumeric, isDigit } from './characters.js';
import type { Finder } from './found.js';

/** ITU-T E.164: 15 digits at most, the country's included. */
const DIGITS = { fewestAbroad: 8, fewestHome: 9, mostNorthAmerican: 11, most: 15 };
/** Code units that are looked at. */
const LONGEST = 32;
const [ZERO, ONE, PLUS, OPENING] = [48, 49, 43, 40];
const [SPACE, CLOSING, HYPHEN, DOT, SLASH, FIXED_SPACE, FIXED_HYPHEN] = [32, 41, 45, 46, 47, 0xa0, 0x2011];
/** Groups by their lengths, as hexadecimal digits. */
const NORTH_AMERICA = new Set([0x334, 0x1334]);
const DATE = 0x224;

/**
 * A telephone number that begins at this digit, `+` or `(`. They are written in too many ways to be sure: taken are those with a `+`
 * or `00` before 8 to 15 digits, those of North America in their groups of 3, 3 and 4, and those with a 0 before at least 8
 * digits in groups that look like no date. The longest that is one. Looks at 32 code units at most.
 */
export const phoneAt: Finder = (text, at) => {
  const first = text.charCodeAt(at);
  const begin = first === PLUS || first === OPENING ? at + 1 : at;
  const abroad = first === PLUS || text.startsWith('00', begin);
  const trunk = text.charCodeAt(begin) === ZERO;
  if (!abroad && !trunk && !mayBeNorthAmerican(text, begin)) return null;
  const most = abroad || trunk ? DIGITS.most : DIGITS.mostNorthAmerican;
  let [digits, groups, length, shape, taken] = [0, 0, 0, 0, -1];
  let sign = begin;
  for (let index = begin; index < begin + LONGEST && digits <= most; index += 1) {
    const code = text.charCodeAt(index);
    if (!isDigit(code)) {
      if (!isSign(code) || index - sign > 1) break;
      continue;
    }
    sign = index + 1;
    digits += 1;
    length += 1;
    const next = text.charCodeAt(index + 1);
    if (isDigit(next)) continue;
    if (isAlphanumeric(next)) break;
    groups += 1;
    if (groups <= 4) shape = shape * 16 + Math.min(length, 15);
    length = 0;
    if (digits > most) break;
    const isOne = abroad
      ? digits >= DIGITS.fewestAbroad + (first === PLUS ? 0 : 2)
      : trunk
        ? groups > 1 && digits >= DIGITS.fewestHome && !looksLikeDate(shape, groups)
        : NORTH_AMERICA.has(shape);
    if (isOne) taken = index + 1;
  }
  return taken < 0 ? null : { kind: 'phone', start: at, end: taken };
};

/** Three digits and no fourth, perhaps behind a 1. */
function mayBeNorthAmerican(text: string, at: number): boolean {
  if (text.charCodeAt(at) !== ONE) return areThreeDigits(text, at);
  return !isDigit(text.charCodeAt(at + 1)) && (areThreeDigits(text, at + 2) || areThreeDigits(text, at + 3));
}

function areThreeDigits(text: string, at: number): boolean {
  const three = isDigit(text.charCodeAt(at)) && isDigit(text.charCodeAt(at + 1)) && isDigit(text.charCodeAt(at + 2));
  return three && !isDigit(text.charCodeAt(at + 3));
}

/** Day, month and year, perhaps with a time behind. */
function looksLikeDate(shape: number, groups: number): boolean {
  return (groups === 3 ? shape : shape >> 4) === DATE;
}

function isSign(code: number): boolean {
  if (code === SPACE || code === HYPHEN || code === DOT || code === SLASH) return true;
  return code === OPENING || code === CLOSING || code === FIXED_SPACE || code === FIXED_HYPHEN;
}
