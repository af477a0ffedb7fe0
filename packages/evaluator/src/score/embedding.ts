import type { Answer } from './answer.js';
import { bothEnds } from './cut.js';
import type { Scorer } from './scorer.js';
import { cosine, type Vector } from './vector.js';

/** In UTF-16 code units: models take some 8,000 tokens, and a sign of Chinese may be more than one. */
const MOST = 6_000;

/** What of an answer is made a vector: its prose, of a long one the two ends. Null where it has none, and of features. */
export function embeddedText({ prose }: Answer): string | null {
  const text = prose?.toWellFormed().trim() ?? '';
  return text === '' ? null : bothEnds(text, MOST);
}

/**
 * The scorer `embedding`: the cosine of the vectors of both answers' prose, 0 where it is below. It applies where the primary has prose. The same
 * prose is 1 and no prose is 0 without a vector; null where a vector could not be had.
 *
 * @param vectorOf Of a text of {@link embeddedText}.
 */
export function createEmbedding(vectorOf: (text: string) => Vector | null): Scorer {
  return {
    name: 'embedding',
    applies: (primary) => embeddedText(primary) !== null,
    score: (primary, other) => {
      const [ours, theirs] = [embeddedText(primary), embeddedText(other)];
      if (ours === theirs) return 1;
      if (ours === null || theirs === null) return 0;
      const [a, b] = [vectorOf(ours), vectorOf(theirs)];
      const similarity = a === null || b === null ? null : cosine(a, b);
      return similarity === null ? null : Math.max(0, similarity);
    },
  };
}
