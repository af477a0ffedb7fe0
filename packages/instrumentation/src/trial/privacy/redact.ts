import { findPrivate } from './find.js';
import type { Placeholders } from './placeholders.js';

/**
 * A text with each private value replaced by its name. Linear in the text.
 *
 * What looks like JSON stays JSON: escapes of printable characters are written out first, since a value may hide behind them,
 * and a name that takes the place of a number gets quotes.
 */
export function redact(text: string, placeholders: Placeholders): string {
  const json = /^\s*[[{]/.test(text);
  const source = json ? withoutNeedlessEscapes(text) : text;
  const pieces: string[] = [];
  const strings = new JsonStrings();
  let copied = 0;
  findPrivate(source, 0, source.length, ({ kind, start, end }) => {
    const before = source.slice(copied, start);
    const name = placeholders.nameOf(kind, source.slice(start, end));
    const bare = json && !strings.isInsideAfter(before);
    pieces.push(before, bare ? `"${name}"` : name);
    copied = end;
  });
  return copied === 0 ? source : pieces.join('') + source.slice(copied);
}

const ESCAPE = /\\(?:u00([2-7][0-9a-fA-F])|[^])/g;

function withoutNeedlessEscapes(text: string): string {
  if (!text.includes('\\u00') && !text.includes('\\/')) return text;
  return text.replace(ESCAPE, (escape: string, hex: string | undefined) => {
    if (escape === '\\/') return '/';
    const character = hex === undefined ? '"' : String.fromCharCode(Number.parseInt(hex, 16));
    return character === '"' || character === '\\' || character === '\u007f' ? escape : character;
  });
}

/** Knows whether a place of a JSON text is within a string, from what has been read up to it. */
class JsonStrings {
  #inside = false;
  #escaped = false;

  isInsideAfter(piece: string): boolean {
    for (const character of piece) {
      if (this.#escaped) this.#escaped = false;
      else if (character === '\\') this.#escaped = true;
      else if (character === '"') this.#inside = !this.#inside;
    }
    return this.#inside;
  }
}
