import { composed } from '@understudy/instrumentation/trial';

/** Words a shingle has: shared runs of this length are no accident of a language. */
const WORDS = 4;
/** Of a text, its beginning and its end are looked at: what bounds the time. */
const LONGEST = 40_000;

/** A sign of a script that puts no spaces between words is a word by itself. */
const WORD = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]|[\p{L}\p{N}]+/gu;

/** The words of a text, folded so that case, width and punctuation do not tell them apart. */
export function guardWords(text: string): readonly string[] {
  const looked = text.length <= LONGEST ? text : `${text.slice(0, LONGEST / 2)} ${text.slice(-LONGEST / 2)}`;
  return composed(looked, 'NFKC').toLowerCase().match(WORD) ?? [];
}

/** Hashes, 32 bits each, of every run of {@link WORDS} words, repetitions included; a shorter text is one run. Empty without words. */
export function shinglesOf(words: readonly string[], length: number = WORDS): readonly number[] {
  if (words.length === 0) return [];
  if (words.length < length) return [hash(words.join(' '))];
  return Array.from({ length: words.length - length + 1 }, (_, at) => hash(words.slice(at, at + length).join(' ')));
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
