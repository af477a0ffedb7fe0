import { isSame } from './same-text.js';
import type { Scorer } from './scorer.js';

/**
 * 1 where both answers are the same text, else 0: in Unicode's composed form (NFC), every run of white space one space, none
 * at the ends. Case and punctuation count. Answers of more than 131,072 code units are the same where these are.
 */
export const exact: Scorer = {
  name: 'exact',
  applies: () => true,
  score: (primary, other) =>
    Number(primary.form === 'text' ? isSame(primary, other) : primary.normalised === other.normalised),
};
