import { endOfRun, isWord } from './characters.js';
import type { Finder } from './found.js';

const DOT = 46;
/** `{"` in base64url. */
const BEGINNING = 'eyJ';
const SHORTEST_PART = 6;

/**
 * A JSON Web Token (RFC 7519) that begins here: a header and a payload in base64url with a dot between, and what follows another dot:
 * a signature, or the further parts of an encrypted one.
 *
 * Looks along one run and the next; a run is looked at twice at most, as a payload and as a header. In `eyJ-eyJ-` a header may begin at
 * each `eyJ`, and all of them end where the first does.
 */
export const jsonWebTokenAt: Finder = (text, at, _free, memory) => {
  if (!text.startsWith(BEGINNING, at)) return null;
  if (memory.wordEnd <= at) memory.wordEnd = endOfRun(text, at, isWord);
  const header = memory.wordEnd;
  if (header - at < SHORTEST_PART || text.charCodeAt(header) !== DOT) return null;
  let end = endOfRun(text, header + 1, isWord);
  // The payload of a token with a direct key is empty.
  if (end - header - 1 < SHORTEST_PART && text.charCodeAt(end) !== DOT) return null;
  while (text.charCodeAt(end) === DOT) {
    const next = endOfRun(text, end + 1, isWord);
    if (next === end + 1 && text.charCodeAt(next) !== DOT) break;
    end = next;
  }
  return { kind: 'jwt', start: at, end };
};
