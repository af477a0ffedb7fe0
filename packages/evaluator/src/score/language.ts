import type { Answer } from './answer.js';
import type { Scorer } from './scorer.js';

/** Names the language of a text by its ISO 639-1 code; null or empty where it cannot be told. */
export type Detect = (text: string) => string | null;

/** So many letters of an answer are looked at, and so few are too few: a word is written alike in many languages. */
const MOST_LETTERS = 512;
const FEWEST_LETTERS = 24;
/** In UTF-16 code units: letters are looked for in so much of the beginning. */
const MOST_LOOKED_AT = 8_192;

/**
 * A run of letters; or what nobody speaks: fenced and inline code, addresses, tags. What opens and never closes is left as it is. An answer is
 * read no further than for as many letters as are wanted.
 */
const LETTERS_OR_OTHER =
  /```.*?```|~~~.*?~~~|`[^`\n]{1,256}`|https?:\/\/\S{1,2048}|\S{1,64}@\S{1,255}|<\/?[a-z][^<>\n]{0,256}>|([\p{L}\p{M}]+)/gisu;

/** The first 512 letters of a text with the white space between them, code, addresses and all other signs left out. */
export function lettersOf(text: string): string {
  let [letters, written] = [0, ''];
  for (const [, run] of text.slice(0, MOST_LOOKED_AT).toWellFormed().matchAll(LETTERS_OR_OTHER)) {
    if (run === undefined) continue;
    const taken = run.slice(0, MOST_LETTERS - letters);
    written += written === '' ? taken : ` ${taken}`;
    letters += taken.length;
    if (letters >= MOST_LETTERS) break;
  }
  return letters < FEWEST_LETTERS ? '' : written;
}

/**
 * The scorer `language`: 1 where both answers are in the same language, else 0. It applies where the language of the primary's
 * prose can be told; an answer too short to tell has none, and no score. Not for features, nor for JSON.
 *
 * @param detect Told at most 512 letters at a time.
 */
export function createLanguage(detect: Detect): Scorer {
  return {
    name: 'language',
    applies: (primary) => languageOf(primary, detect) !== null,
    score: (primary, other) => {
      const language = languageOf(other, detect);
      return language === null ? null : Number(languageOf(primary, detect) === language);
    },
  };
}

const KNOWN = new WeakMap<Detect, WeakMap<Answer, string | null>>();

/** The language of an answer's prose; null where it cannot be told. Looked at once an answer. */
export function languageOf(answer: Answer, detect: Detect): string | null {
  const known = KNOWN.get(detect) ?? new WeakMap<Answer, string | null>();
  KNOWN.set(detect, known);
  let found = known.get(answer);
  if (found === undefined) known.set(answer, (found = detected(answer, detect)));
  return found;
}

function detected({ prose, value }: Answer, detect: Detect): string | null {
  if (prose === null || (typeof value === 'object' && value !== null)) return null;
  const letters = lettersOf(prose);
  if (letters === '') return null;
  const found = detect(letters);
  return found === '' ? null : found;
}
