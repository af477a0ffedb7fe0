import { codesOf } from './characters.js';

const BACKSLASH = 92;
const HEX = /^[0-9a-fA-F]{4}$/;
const ESCAPED = codesOf('nrtbf');

/** The length of an escape of JSON that begins at this backslash and stands for no letter or digit, or 0. */
export function escapeLength(text: string, at: number): number {
  const next = text.charCodeAt(at + 1);
  if (next === BACKSLASH || ESCAPED.has(next)) return 2;
  return text.startsWith('u', at + 1) && HEX.test(text.slice(at + 2, at + 6)) ? 6 : 0;
}

/** How many code units from `at` on belong to an escape that began at a backslash before it. */
export function restOfEscape(text: string, at: number): number {
  if (text.charCodeAt(at - 1) !== BACKSLASH) return 0;
  let backslashes = 1;
  while (backslashes < 8 && text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 0 ? 0 : Math.max(0, escapeLength(text, at - 1) - 1);
}
