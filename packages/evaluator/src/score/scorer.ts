import type { ScorerName } from '@understudy/instrumentation/experiment';
import type { Answer } from './answer.js';
import type { Asked } from './asked.js';

/**
 * Compares an answer with the primary's. Pure; 1 for an answer with itself and symmetric in its two answers, where its file
 * does not say otherwise.
 *
 * To add one: a file, a line in `registry.ts`, and its known scores in a test.
 */
export interface Scorer {
  readonly name: ScorerName;
  /**
   * Whether it can say anything where this was asked and the primary answered this. It never sees the shadow: a shadow cannot
   * choose its scorers.
   */
  applies(primary: Answer, asked: Asked): boolean;
  /** A number in [0,1], or null where the other answer cannot be compared. A failure throws; it is never a number. */
  score(primary: Answer, other: Answer, asked: Asked): number | null;
}
