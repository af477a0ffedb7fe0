import { messageOf } from '../errors.js';

/** What a model or a service wrote may hold signs that a terminal obeys, or that turn the direction of writing: they are shown as what they are. */
export function printable(text: string): string {
  return escaped(text.replaceAll('\r\n', '\n'));
}

/** Such signs by their numbers, as JSON has them too. Line breaks and tabs stay. */
export function escaped(text: string): string {
  return text.replaceAll(UNSEEN, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

// oxlint-disable-next-line no-control-regex
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** The same on one line. */
export function printableLine(text: string): string {
  return printable(text).replaceAll(/[\n\t]/g, ' ');
}

/** What went wrong, in as many lines as it has. Whatever others wrote may be in it: a name of a model, an answer of a server. */
export function errorText(error: unknown): string {
  return printable(messageOf(error));
}

const BAR = '│ ';
/** Narrower terminals are left to wrap by themselves. */
const NARROWEST = 20;

/**
 * A text with a bar before each line, so that nothing in it can be taken for a line of ours.
 *
 * @param columns of the terminal: longer lines are broken before it does that. Undefined: it is none
 */
export function barred(text: string, columns?: number): string {
  const width = columns === undefined || columns < NARROWEST ? Infinity : columns - BAR.length;
  return printable(text)
    .split('\n')
    .flatMap((line) => broken(line, width))
    .map((line) => `${BAR}${line}`)
    .join('\n');
}

function broken(line: string, width: number): readonly string[] {
  // No sign takes more than eight places.
  if (8 * line.length <= width) return [line];
  const lines: string[] = [];
  let [current, taken] = ['', 0];
  for (const sign of line) {
    const places = placesOf(sign);
    if (taken + places > width) {
      lines.push(current);
      [current, taken] = ['', 0];
    }
    current += sign;
    taken += places;
  }
  return [...lines, current];
}

/** How many places of a terminal a sign takes, at most: one of another script may be a wide one. */
export function placesOf(sign: string): number {
  if (sign === '\t') return 8;
  return sign < '\u0300' ? 1 : 2;
}
