import { codesOf, isEncoded, isSpace } from './characters.js';
import type { Finder } from './found.js';

const BEGIN = '-----BEGIN ';
const END = '-----END ';
const DASHES = '-----';
const DASH = 45;
/** Of the words between the dashes, in code units. */
const LONGEST_LABEL = 64;
/** `=` at the end, `\` of a line end in JSON, `:` and `,` of the headers of an encrypted key. */
const ALSO = codesOf('=\\:,');

/**
 * A PEM block (RFC 7468) that begins here, with its end if it has one, else as far as it looks like one: what was cut off is as
 * secret. Its lines may be parted by line ends, or by `\n` in words as in JSON.
 *
 * All it looks at is taken, or it ends within the label.
 */
export const pemBlockAt: Finder = (text, at) => {
  if (!text.startsWith(BEGIN, at)) return null;
  const body = endOfLabel(text, at + BEGIN.length);
  if (body === null) return null;
  let end = body;
  while (end < text.length && isBody(text, end)) end += 1;
  if (text.startsWith(END, end)) end = endOfLabel(text, end + END.length) ?? end + END.length;
  return { kind: 'pem', start: at, end };
};

function endOfLabel(text: string, at: number): number | null {
  const dashes = text.slice(at, at + LONGEST_LABEL).indexOf(DASHES);
  return dashes < 0 ? null : at + dashes + DASHES.length;
}

function isBody(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code === DASH) return !text.startsWith(DASHES, at);
  return isEncoded(code) || isSpace(code) || ALSO.has(code);
}
