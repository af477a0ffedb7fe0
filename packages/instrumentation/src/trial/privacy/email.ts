import { codesOf, isAlphanumeric, isDigit } from './characters.js';
import { restOfEscape } from './escape.js';
import type { Finder } from './found.js';

const DOT = 46;
const HYPHEN = 45;
/** Beside letters and digits, what the part before the `@` is made of in practice. */
const LOCAL = codesOf("._+-~'!#$&*=?^{|}");
/** Not at its beginning: these are rather the text's own. */
const NOT_FIRST = codesOf("'=?&!{|}*#$^~");

/**
 * An e-mail address around this `@`, or `%40` as in a URL. Letters of the Latin, Greek and Cyrillic blocks count, as in
 * internationalised addresses.
 *
 * Neither part can hold another `@`, so that no code unit is looked at for more than two of them.
 */
export const emailAt: Finder = (text, at, free) => {
  const signs = text.startsWith('%40', at) ? 3 : 1;
  let start = at;
  while (start > free && isLocal(text.charCodeAt(start - 1))) start -= 1;
  start = Math.min(at, start + restOfEscape(text, start));
  while (start < at && NOT_FIRST.has(text.charCodeAt(start))) start += 1;
  if (start === at) return null;
  const end = endOfDomain(text, at + signs);
  return end === null ? null : { kind: 'email', start, end };
};

/** A domain has two labels at least, and its last one is no number. */
function endOfDomain(text: string, at: number): number | null {
  let end = at;
  let lastDot = -1;
  while (end < text.length) {
    const code = text.charCodeAt(end);
    if (code === DOT) {
      if (end === lastDot + 1 || end === at) break;
      lastDot = end;
    } else if (code !== HYPHEN && !isNameCharacter(code)) break;
    end += 1;
  }
  while (end > at && (text.charCodeAt(end - 1) === DOT || text.charCodeAt(end - 1) === HYPHEN)) end -= 1;
  const dot = lastDot < end ? lastDot : text.slice(at, end).lastIndexOf('.') + at;
  if (dot <= at || end - dot < 3) return null;
  return isDigit(text.charCodeAt(dot + 1)) ? null : end;
}

function isLocal(code: number): boolean {
  return isNameCharacter(code) || LOCAL.has(code);
}

function isNameCharacter(code: number): boolean {
  return isAlphanumeric(code) || (code >= 0xc0 && code <= 0x52f && code !== 0xd7 && code !== 0xf7);
}
