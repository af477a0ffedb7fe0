import { isDigit } from './characters.js';
import type { Finder } from './found.js';

const SPACE = 32;
const HYPHEN = 45;
/** Digits of a card's number (ISO/IEC 7812-1), as cards have them. */
const DIGITS = { fewest: 13, most: 19 };
/** The first digits of those cards: travel and entertainment, banking, merchandising. */
const FIRST = { lowest: 50, highest: 54 };

/**
 * A payment card's number that begins at this digit: 13 to 19 digits in one piece or in groups with a space or hyphen between,
 * that pass the check of Luhn (ISO/IEC 7812-1, annex B). The longest that does.
 *
 * Looks at 37 code units at most.
 */
export const cardAt: Finder = (text, at) => {
  const first = text.charCodeAt(at);
  if (first < FIRST.lowest || first > FIRST.highest) return null;
  // Counted from the right, every second digit is doubled: which ones these are is known at the end only, so both sums are kept.
  let plain = 0;
  let shifted = 0;
  let digits = 0;
  let end = -1;
  for (let index = at; digits < DIGITS.most; index += 1) {
    const code = text.charCodeAt(index);
    if ((code === SPACE || code === HYPHEN) && isDigit(text.charCodeAt(index + 1))) {
      // Groups are of four and more, or each digit is by itself.
      if ((digits === 2 || digits === 3) && isDigit(text.charCodeAt(at + 1))) return null;
      continue;
    }
    if (!isDigit(code)) break;
    const digit = code - 48;
    const doubled = digit < 5 ? digit * 2 : digit * 2 - 9;
    const others = plain + doubled;
    plain = shifted + digit;
    shifted = others;
    digits += 1;
    if (digits >= DIGITS.fewest && plain % 10 === 0 && !isDigit(text.charCodeAt(index + 1))) end = index + 1;
  }
  return end < 0 ? null : { kind: 'card', start: at, end };
};
