import type { Scorer } from './scorer.js';

/**
 * 1 where both answers are the same JSON value, else 0: the order of keys and the spelling of numbers and strings do not
 * count. It applies where the primary is JSON; an answer that is not has no score.
 */
export const exactJson: Scorer = {
  name: 'exact_json',
  applies: (primary) => primary.json !== null,
  score: (primary, other) =>
    primary.json === null || other.json === null ? null : Number(primary.json === other.json),
};
