import { describe, expect, it } from 'vitest';
import { PrivateSearch } from './find.js';

/** A text that counts the code units that are looked at. The finders know it as a string: what else they ask of one fails. */
class WatchedText {
  looked = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get length(): number {
    return this.#text.length;
  }

  charCodeAt(at: number): number {
    this.looked += 1;
    return this.#text.charCodeAt(at);
  }

  startsWith(sought: string, at: number): boolean {
    this.looked += 1;
    return this.#text.startsWith(sought, at);
  }

  slice(start: number, end: number): string {
    const piece = this.#text.slice(start, end);
    this.looked += piece.length;
    return piece;
  }
}

function lookedAt(unit: string, length: number): number {
  const text = new WatchedText(unit.repeat(Math.ceil(length / unit.length)).slice(0, length));
  new PrivateSearch(text as unknown as string).next(length);
  return text.looked;
}

const [SHORT, LONG] = [400, 3200];

/** Those of which a text eight times as long is far more than eight times the work. */
function steepOf(units: Iterable<string>): string[] {
  return [...units].filter((unit) => lookedAt(unit, LONG) > 12 * lookedAt(unit, SHORT) + LONG);
}

/** Everything that is made of so many pieces, any of them again. */
function* made(pieces: readonly string[], count: number): Iterable<string> {
  if (count === 0) yield '';
  else for (const rest of made(pieces, count - 1)) for (const piece of pieces) yield piece + rest;
}

/** What each finder begins with, goes along and ends at. */
const ALPHABETS: Readonly<Record<string, readonly string[]>> = {
  tokens: ['eyJ', 'eyJabc', '-', '_', '.', 'a', ' '],
  keys: ['sk-', 'hvs.', 'SG.', 'AKIA', 'a', '-', '.', '/', ' '],
  blocks: ['-----BEGIN ', '-----END ', '-----', '-', 'A', '\n', ' '],
  addresses: ['@', '%40', 'a', '.', "'", '-', '\\n', ' '],
  labels: ['pwd', 'tel', 'cookie', '=', ':', '"', "'", '\\', ' ', '1', 'a', '\n'],
  bearers: ['bearer ', 'Bearer\t', ':', '://', '/', '@', 'a', '1', '"'],
  accounts: ['DE12', 'NO', '1', 'a', ' ', '-'],
  numbers: ['4', '0', '00', '+', '(', ')', '1', '415', ' ', '-', '.'],
};

describe('the work of a search', () => {
  it.each(Object.entries(ALPHABETS))('grows with the text alone, whatever is again and again: %s', (_of, pieces) => {
    const units = [1, 2, 3].flatMap((count) => [...made(pieces, count)]);
    expect(steepOf(units)).toEqual([]);
  });

  it('grows with the text alone where pieces of all of them are mixed', () => {
    expect(steepOf(made([...new Set(Object.values(ALPHABETS).flat())], 2))).toEqual([]);
  });
});
