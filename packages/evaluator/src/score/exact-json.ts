import { canonicalJson } from '@understudy/instrumentation/experiment';
import type { Scorer } from './scorer.js';

/**
 * 1 where both answers are the same JSON value, else 0: the order of keys and the spelling of numbers and strings do not
 * count. It applies where the primary is JSON; an answer that is not has no score.
 */
export const exactJson: Scorer = {
  name: 'exact_json',
  applies: (primary) => canonical(primary.text) !== null,
  score: (primary, other) => {
    const [a, b] = [canonical(primary.text), canonical(other.text)];
    return a === null || b === null ? null : Number(a === b);
  },
};

/** Null for what is not JSON, and for JSON too deep to be written again. */
function canonical(text: string): string | null {
  try {
    return canonicalJson(JSON.parse(text));
  } catch {
    return null;
  }
}
