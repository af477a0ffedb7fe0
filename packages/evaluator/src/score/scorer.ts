import type { ScorerName } from '@understudy/instrumentation/experiment';
import type { Answer } from './answer.js';

/**
 * Compares an answer with the primary's. Pure, symmetric in its two answers, and 1 for an answer with itself.
 *
 * To add one: a file, a line in `registry.ts`, and its known scores in `scorers.test.ts`.
 */
export interface Scorer {
  readonly name: ScorerName;
  /** Whether it can say anything where the primary answered this. It never sees the shadow: a shadow cannot choose its scorers. */
  applies(primary: Answer): boolean;
  /** A number in [0,1], or null where the other answer cannot be compared. A failure throws; it is never a number. */
  score(primary: Answer, other: Answer): number | null;
}
