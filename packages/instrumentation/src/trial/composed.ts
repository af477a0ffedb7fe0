/** Below are no marks, and every character is its own composed form: the first mark is U+0300. */
const MAY_COMPOSE = /[\u0300-\uffff]/;
const MAY_BE_COMPATIBLE = /[\u0080-\uffff]/;

/**
 * Composing sorts each run of marks, which takes the square of its length: no language has more of them on a letter than this. The two half-width
 * signs become marks in the compatibility form.
 */
const LONG_RUN = /[\p{M}\uff9e\uff9f]{30}(?=[\p{M}\uff9e\uff9f])/gu;
/** Combining grapheme joiner: it shows nothing, and no mark is sorted past it. */
const JOINER = '\u034f';

/**
 * In one of Unicode's composed forms, in a time that is linear in the text, whatever it is: long runs of marks are parted first.
 * Source: Unicode Standard Annex 15, "Stream-Safe Text Format".
 */
export function composed(text: string, form: 'NFC' | 'NFKC' = 'NFC'): string {
  const may = form === 'NFC' ? MAY_COMPOSE : MAY_BE_COMPATIBLE;
  return may.test(text) ? text.replace(LONG_RUN, `$&${JOINER}`).normalize(form) : text;
}
