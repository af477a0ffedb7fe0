import { AA_ARM, type Leg, type Trial } from '@understudy/instrumentation/trial';
import { type Answer, answerOf } from './answer.js';
import { SCORERS } from './registry.js';
import type { Scorer } from './scorer.js';

/**
 * Scores by scorer. A scorer that does not apply to this primary is absent; one that applies and has no number is null:
 * that is of the other leg's making, or the scorer broke.
 */
export type LegScores = Readonly<Record<string, number | null>>;

/** What one leg of a trial says: its own answer (`ab`), and the A/A leg's (`aa`), each against the primary's. */
export interface ScoredLeg {
  readonly ab: LegScores;
  readonly aa: LegScores;
}

/** Told of a scorer that threw or left [0,1]; the score is then null. */
export type OnBroken = (scorer: string, error: unknown) => void;

/**
 * Scores every leg of a trial against its primary. The row of the arm `aa` has the A/A leg as `ab`, and nothing as `aa`.
 *
 * @param options.scorers default: all. @param options.onBroken default: nobody is told.
 */
export function scoreTrial(
  trial: Trial,
  options: { readonly scorers?: readonly Scorer[]; readonly onBroken?: OnBroken } = {},
): Readonly<Record<string, ScoredLeg>> {
  const { scorers = SCORERS, onBroken = () => {} } = options;
  const primary = answerOf(trial.primary);
  const applying = primary === null ? [] : applyingTo(primary, scorers, onBroken);
  const against = (leg: Leg | undefined): LegScores =>
    primary === null || leg === undefined ? {} : scoresOf(applying, primary, comparableTo(primary, leg), onBroken);
  const aa = against(trial.legs[AA_ARM]);
  return Object.fromEntries(
    Object.entries(trial.legs).map(([arm, leg]) => [
      arm,
      arm === AA_ARM ? { ab: aa, aa: {} } : { ab: against(leg), aa },
    ]),
  );
}

/** A text and hashes have nothing in common that could be compared. */
function comparableTo(primary: Answer, leg: Leg): Answer | null {
  const other = answerOf(leg);
  return other?.form === primary.form ? other : null;
}

/** A scorer that breaks on the primary alone stays in: its scores are null, which is missing, never neutral. */
function applyingTo(primary: Answer, scorers: readonly Scorer[], onBroken: OnBroken): readonly Scorer[] {
  return scorers.filter((scorer) => {
    try {
      return scorer.applies(primary);
    } catch (error) {
      onBroken(scorer.name, error);
      return true;
    }
  });
}

function scoresOf(scorers: readonly Scorer[], primary: Answer, other: Answer | null, onBroken: OnBroken): LegScores {
  return Object.fromEntries(
    scorers.map((scorer) => [scorer.name, other === null ? null : scoreOne(scorer, primary, other, onBroken)]),
  );
}

function scoreOne(scorer: Scorer, primary: Answer, other: Answer, onBroken: OnBroken): number | null {
  try {
    const score = scorer.score(primary, other);
    if (score === null || (score >= 0 && score <= 1)) return score;
    throw new RangeError(`scorer ${scorer.name}: expected a number in [0,1] or null, got ${score}`);
  } catch (error) {
    onBroken(scorer.name, error);
    return null;
  }
}
