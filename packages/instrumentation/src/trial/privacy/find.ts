import { apiKeyAt } from './api-keys.js';
import { cardAt } from './card.js';
import { isAlphanumeric, isDigit, isLetter } from './characters.js';
import { emailAt } from './email.js';
import { escapeLength } from './escape.js';
import type { Finder, Found, Memory } from './found.js';
import { ibanAt } from './iban.js';
import { jsonWebTokenAt } from './json-web-token.js';
import { bearerAt, labelledAt, urlCredentialsAt } from './labelled.js';
import { pemBlockAt } from './pem-block.js';
import { phoneAt } from './phone.js';

const BACKSLASH = 92;

/** What may begin, or be around, a code unit of a kind; the first that finds something has it. */
const AT_DIGIT: readonly Finder[] = [cardAt, phoneAt];
const AT_SIGN: ReadonlyMap<string, readonly Finder[]> = new Map([
  ['@', [emailAt]],
  ['%', [(text, at, free, memory) => (text.startsWith('%40', at) ? emailAt(text, at, free, memory) : null)]],
  ['=', [labelledAt]],
  [':', [urlCredentialsAt, labelledAt]],
  ['+', [phoneAt]],
  ['(', [phoneAt]],
  ['-', [pemBlockAt]],
]);
/** Case counts in keys, not in the rest. */
const AT_LETTER: readonly Finder[] = [apiKeyAt, jsonWebTokenAt, bearerAt, ibanAt];

const BY_CODE: readonly (readonly Finder[] | undefined)[] = Array.from({ length: 128 }, (_, code) => {
  if (isDigit(code)) return AT_DIGIT;
  if (isLetter(code)) return AT_LETTER;
  return AT_SIGN.get(String.fromCharCode(code));
});

/**
 * The search of one text for private values: in order, without overlap, a stretch at a time. What is found does not depend on how long the
 * stretches are, since finders see the whole text and what the search knows is kept between them.
 *
 * One pass: each place is shown to the finders of its code unit, words and numbers only at their beginning, which may be behind the
 * `\\n` of a JSON text. Linear, since each finder is.
 */
export class PrivateSearch {
  readonly #text: string;
  readonly #memory: Memory = { wordEnd: 0 };
  #at = 0;
  #free = 0;
  #inWord = false;

  constructor(text: string) {
    this.#text = text;
  }

  get isOver(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The values whose sign is in the next stretch, of so many code units at least: a value that begins in it may end behind it. */
  next(codeUnits: number): readonly Found[] {
    const text = this.#text;
    const upTo = Math.min(text.length, this.#at + codeUnits);
    const all: Found[] = [];
    let at = this.#at;
    let inWord = this.#inWord;
    while (at < upTo) {
      const code = text.charCodeAt(at);
      const escape = code === BACKSLASH ? escapeLength(text, at) : 0;
      if (escape > 0) {
        at += escape;
        inWord = false;
        continue;
      }
      const alphanumeric = isAlphanumeric(code);
      const found = alphanumeric && inWord ? null : this.#foundAt(at, code);
      if (found === null) {
        inWord = alphanumeric;
        at += 1;
      } else {
        all.push(found);
        at = this.#free = found.end;
        inWord = false;
      }
    }
    this.#at = at;
    this.#inWord = inWord;
    return all;
  }

  #foundAt(at: number, code: number): Found | null {
    const finders = code < 128 ? BY_CODE[code] : undefined;
    if (finders === undefined) return null;
    for (const find of finders) {
      const found = find(this.#text, at, this.#free, this.#memory);
      if (found !== null) return found;
    }
    return null;
  }
}
