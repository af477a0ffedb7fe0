import { apiKeyAt } from './api-keys.js';
import { cardAt } from './card.js';
import { isAlphanumeric, isDigit, isLetter } from './characters.js';
import { emailAt } from './email.js';
import { escapeLength } from './escape.js';
import type { Finder, Found } from './found.js';
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
  ['%', [(text, at, free) => (text.startsWith('%40', at) ? emailAt(text, at, free) : null)]],
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
 * Calls back for every private value of a text from `from` on, in order and without overlap, until `upTo`. Gives back where it
 * stopped: a value that begins before `upTo` may end behind it.
 *
 * One pass: each place is shown to the finders of its code unit, words and numbers only at their beginning, which may be behind the
 * `\\n` of a JSON text. Linear, since each finder is.
 */
export function findPrivate(text: string, from: number, upTo: number, onFound: (found: Found) => void): number {
  let at = from;
  let free = from;
  let inWord = from > 0 && isAlphanumeric(text.charCodeAt(from - 1));
  while (at < upTo) {
    const code = text.charCodeAt(at);
    const escape = code === BACKSLASH ? escapeLength(text, at) : 0;
    if (escape > 0) {
      at += escape;
      inWord = false;
      continue;
    }
    const alphanumeric = isAlphanumeric(code);
    const found = alphanumeric && inWord ? null : foundAt(text, at, free, code);
    if (found === null) {
      inWord = alphanumeric;
      at += 1;
    } else {
      onFound(found);
      at = free = found.end;
      inWord = false;
    }
  }
  return at;
}

function foundAt(text: string, at: number, free: number, code: number): Found | null {
  const finders = code < 128 ? BY_CODE[code] : undefined;
  if (finders === undefined) return null;
  for (const find of finders) {
    const found = find(text, at, free);
    if (found !== null) return found;
  }
  return null;
}
