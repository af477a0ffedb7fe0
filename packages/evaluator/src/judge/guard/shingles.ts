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
  return composed(bothEnds(text, LONGEST), 'NFKC').toLowerCase().match(WORD) ?? [];
}

/** Hashes of every run of {@link WORDS} words, repetitions included; a shorter text is one run. Empty without words. */
export function shinglesOf(words: readonly string[], hashOf: (run: string) => number = hash): readonly number[] {
  if (words.length === 0) return [];
  if (words.length < WORDS) return [hashOf(words.join(' '))];
  return Array.from({ length: words.length - WORDS + 1 }, (_, at) => hashOf(words.slice(at, at + WORDS).join(' ')));
}

/** FNV-1a over UTF-16 code units with a final avalanche: for counting what is alike, not for secrets. */
export function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

/** The share of `part` that is found in `whole`, in [0,1]; 0 where there is nothing of it. */
export function containment(part: readonly number[], whole: ReadonlySet<number>): number {
  return part.length === 0 ? 0 : part.filter((shingle) => whole.has(shingle)).length / part.length;
}
