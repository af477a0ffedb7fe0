import { composed } from '@understudy/instrumentation/trial';
import { bothEnds } from '../../score/cut.js';

/** Words a shingle has: shared runs of this length are no accident of a language. */
const WORDS = 4;
/** In UTF-16 code units: of a text, so much of its beginning and its end is looked at, which is more than a judge is shown. */
export const LONGEST = 20_000;

/** A sign of a script that puts no spaces between words is a word by itself. */
const WORD = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]|[\p{L}\p{N}]+/gu;

/** The words of a text, folded so that case, width and punctuation do not tell them apart. */
export function guardWords(text: string): readonly string[] {
  // One sign may stand for eighteen letters.
  const folded = composed(bothEnds(text, LONGEST), 'NFKC').toLowerCase();
  return bothEnds(folded, LONGEST).match(WORD) ?? [];
}

/** 32 bits of a text, or of its part from one position to another, as an unsigned number. */
export type HashOf = (text: string, from?: number, to?: number) => number;

/** Hashes of every run of {@link WORDS} words, repetitions included; a shorter text is one run. Empty without words. */
export function shinglesOf(words: readonly string[], hashOf: HashOf = hash): readonly number[] {
  if (words.length === 0) return [];
  const text = words.join(' ');
  const shingles: number[] = [];
  const width = Math.min(WORDS, words.length);
  let from = 0;
  let to = -1;
  for (const [at, word] of words.entries()) {
    to += word.length + 1;
    if (at < width - 1) continue;
    shingles.push(hashOf(text, from, to));
    from += (words[at - width + 1]?.length ?? 0) + 1;
  }
  return shingles;
}

/** FNV-1a over UTF-16 code units with a final avalanche: for counting what is alike, not for secrets. */
export function hash(text: string, from: number = 0, to: number = text.length): number {
  let state = 0x811c9dc5;
  for (let at = from; at < to; at += 1) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

/** The share of `part` that is found in `whole`, in [0,1]; 0 where there is nothing of it. */
export function containment(part: readonly number[], whole: ReadonlySet<number>): number {
  return part.length === 0 ? 0 : part.filter((shingle) => whole.has(shingle)).length / part.length;
}
