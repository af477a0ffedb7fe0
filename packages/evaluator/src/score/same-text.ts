import type { Answer } from './answer.js';
import { isLong } from './cut.js';

/** Below are no marks that join the character before them (the first is U+0300), and every character is its own composed form. */
const FIRST_MARK = 0x300;

/**
 * Whether two texts are the same in NFC with single spaces. Most that are not differ soon, in characters whose composed form they are
 * themselves: only where others are met are both texts brought into that form.
 */
export function isSame(a: Answer, b: Answer): boolean {
  if (a.raw === b.raw) return true;
  if (isLong(a.length) || isLong(b.length)) return false;
  return plainly(a.raw, b.raw) ?? a.normalised === b.normalised;
}

/** Null where it takes the composed forms to tell. */
function plainly(a: string, b: string): boolean | null {
  let [i, j] = [pastSpace(a, 0), pastSpace(b, 0)];
  for (;;) {
    const [atEndA, atEndB] = [i >= a.length, j >= b.length];
    const [one, other] = [atEndA ? 0 : a.charCodeAt(i), atEndB ? 0 : b.charCodeAt(j)];
    if (one >= FIRST_MARK || other >= FIRST_MARK) return null;
    if (atEndA || atEndB) return atEndA && atEndB;
    if (one !== other) return a.charCodeAt(i + 1) >= FIRST_MARK || b.charCodeAt(j + 1) >= FIRST_MARK ? null : false;
    const [nextA, nextB] = [pastSpace(a, i + 1), pastSpace(b, j + 1)];
    const [spaceA, spaceB] = [nextA > i + 1 && nextA < a.length, nextB > j + 1 && nextB < b.length];
    if (spaceA !== spaceB) return a.charCodeAt(nextA) >= FIRST_MARK || b.charCodeAt(nextB) >= FIRST_MARK ? null : false;
    [i, j] = [nextA, nextB];
  }
}

/** White space below U+0300, as `\s` has it. */
function pastSpace(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit !== 32 && !(unit >= 9 && unit <= 13) && unit !== 0xa0) return at;
  }
  return at;
}
