import { isAlphanumeric, isDigit, isLetter } from './characters.js';
import type { Finder } from './found.js';

/** Countries by the length of their account numbers (SWIFT, IBAN registry). */
const COUNTRIES: Readonly<Record<number, string>> = {
  15: 'NO',
  16: 'BE',
  18: 'DK FI FK FO GL NL SD',
  19: 'MK SI',
  20: 'AT BA EE KZ LT LU MN XK',
  21: 'CH HR LI LV',
  22: 'BG BH CR DE GB GE IE ME RS VA',
  23: 'AE GI IL IQ OM SO TL',
  24: 'AD CZ ES MD PK RO SA SE SK TN VG',
  25: 'LY PT ST',
  26: 'IS TR',
  27: 'BI DJ FR GR IT MC MR SM YE',
  28: 'AL AZ BY CY DO GT HN HU LB NI PL SV',
  29: 'BR EG PS QA UA',
  30: 'JO KW MU',
  31: 'MT SC',
  32: 'LC',
  33: 'RU',
};
/** By the two letters, case aside; 0 where there is no such country. */
const LENGTHS = new Uint8Array(1024);
for (const [length, countries] of Object.entries(COUNTRIES)) {
  for (const country of countries.split(' ')) LENGTHS[indexOf(country, 0)] = Number(length);
}

function indexOf(text: string, at: number): number {
  return (text.charCodeAt(at) & 0x1f) * 32 + (text.charCodeAt(at + 1) & 0x1f);
}

const SPACE = 32;
const HYPHEN = 45;

/**
 * An international bank account number (ISO 13616) that begins at this letter: of its country's length, in one piece or in groups,
 * and 1 modulo 97 as ISO 7064 has it. Looks at 66 code units at most.
 */
export const ibanAt: Finder = (text, at) => {
  if (!isLetter(text.charCodeAt(at + 1)) || !isDigit(text.charCodeAt(at + 2)) || !isDigit(text.charCodeAt(at + 3)))
    return null;
  const length = LENGTHS[indexOf(text, at)] ?? 0;
  if (length === 0) return null;
  let [end, taken, rest] = [at, 0, 0];
  for (; taken < length; end += 1) {
    const code = text.charCodeAt(end);
    if (isAlphanumeric(code)) {
      taken += 1;
      if (taken > 4) rest = appended(rest, code);
    } else if ((code !== SPACE && code !== HYPHEN) || !isAlphanumeric(text.charCodeAt(end + 1))) return null;
  }
  for (let index = at; index < at + 4; index += 1) rest = appended(rest, text.charCodeAt(index));
  return rest !== 1 || isAlphanumeric(text.charCodeAt(end)) ? null : { kind: 'iban', start: at, end };
};

/** Modulo 97 of a number with one more digit, or with two for a letter: A is 10, Z is 35. */
function appended(rest: number, code: number): number {
  return (isDigit(code) ? rest * 10 + code - 48 : rest * 100 + (code & 0x1f) + 9) % 97;
}
