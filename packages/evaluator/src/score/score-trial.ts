import { AA_ARM, type Leg, type Trial } from '@understudy/instrumentation/trial';
import { type Answer, answerOf } from './answer.js';
import { type Asked, askedOf } from './asked.js';
import { type Noted, notesOf, type NotingOptions } from './notes.js';
import { SCORERS } from './registry.js';
import type { Scorer } from './scorer.js';
import { toolClass } from './tools/tool-class.js';

/**
 * Scores by scorer. A scorer that does not apply to this primary is absent; one that applies and has no number is null:
 * that is of the other leg's making, or the scorer broke.
 */
export type LegScores = Readonly<Record<string, number | null>>;

/** What one leg of a trial says: its own answer (`ab`), and the A/A leg's (`aa`), each against the primary's. */
export interface ScoredLeg {
  readonly ab: LegScores;
  readonly aa: LegScores;
  /** Where they are asked for. */
  readonly noted?: Noted;
}

/** Told of a scorer that threw or left [0,1]; the score is then null. */
export type OnBroken = (scorer: string, error: unknown) => void;

export interface ScoringOptions {
  /** Default: all. */
  readonly scorers?: readonly Scorer[];
  /** Default: nobody is told. */
  readonly onBroken?: OnBroken;
  /** Notes are taken of both answers. Default: none are. */
  readonly noting?: NotingOptions;
}

/** The scores of a trial, by arm. */
export type TrialScores = Readonly<Record<string, ScoredLeg>>;

/** Scores every leg of a trial against its primary, all at once: see {@link scoring}. */
export function scoreTrial(trial: Trial, options: ScoringOptions = {}): TrialScores {
  const steps = scoring(trial, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/**
 * Scores every leg of a trial against its primary, scorer by scorer: whoever takes the steps may do something else between two of
 * them, none of which takes 20 ms, however long the answers. The row of the arm `aa` has the A/A leg as `ab`, and nothing as
 * `aa`.
 */
export function* scoring(trial: Trial, options: ScoringOptions = {}): Generator<undefined, TrialScores, undefined> {
  const { scorers = SCORERS, onBroken = () => {}, noting } = options;
  const primary = answerOf(trial.primary);
  const asked = askedOf(trial);
  const scores: Record<string, Record<string, number | null>> = {};
  const others = new Map(Object.entries(trial.legs).map(([arm, leg]) => [arm, comparableTo(primary, leg)]));
  for (const arm of others.keys()) scores[arm] = {};
  for (const scorer of scorers) {
    if (primary === null || !isApplying(scorer, primary, asked, onBroken)) continue;
    for (const [arm, other] of others) {
      const score = other === null ? null : scoreOne(scorer, { primary, other, asked }, onBroken);
      const row = scores[arm];
      if (row !== undefined) row[scorer.name] = score;
      yield;
    }
  }
  const noted = noting === undefined ? null : yield* takingNotes({ primary, asked }, others, noting);
  const aa = scores[AA_ARM] ?? {};
  return Object.fromEntries(
    Object.entries(scores).map(([arm, ab]) => [
      arm,
      { ...(arm === AA_ARM ? { ab: aa, aa: {} } : { ab, aa }), ...noted?.get(arm) },
    ]),
  );
}

/** Both scores of a trial, those of `more` over the others. */
export function mergedScores(scores: TrialScores, more: TrialScores): TrialScores {
  return Object.fromEntries(
    Object.entries(scores).map(([arm, leg]) => {
      const { ab = {}, aa = {} } = more[arm] ?? {};
      return [arm, { ...leg, ab: { ...leg.ab, ...ab }, aa: { ...leg.aa, ...aa } }];
    }),
  );
}

/** Notes of both answers of every leg, by arm; those of the primary are taken once. */
function* takingNotes(
  { primary, asked }: { readonly primary: Answer | null; readonly asked: Asked },
  others: ReadonlyMap<string, Answer | null>,
  options: NotingOptions,
): Generator<undefined, ReadonlyMap<string, { readonly noted: Noted }>, undefined> {
  const noted = new Map<string, { readonly noted: Noted }>();
  const standard = primary === null ? null : { primary, asked };
  const own = standard === null ? null : notesOf(standard.primary, standard, options);
  yield;
  for (const [arm, other] of others) {
    const found = standard === null || other === null ? null : notesOf(other, standard, options);
    yield;
    const labels = new Map<number, string>();
    for (const { label, notes } of [own, found].filter((one) => one !== null)) {
      if (label !== null && notes.label !== null) labels.set(notes.label, label);
    }
    const tools = primary === null || other === null ? null : toolClass(primary, other, asked);
    noted.set(arm, { noted: { primary: own?.notes ?? null, other: found?.notes ?? null, tools, labels } });
    yield;
  }
  return noted;
}

/** A text and hashes have nothing in common that could be compared. */
function comparableTo(primary: Answer | null, leg: Leg): Answer | null {
  const other = answerOf(leg);
  return other?.form === primary?.form ? other : null;
}

/** A scorer that breaks on the primary alone stays in: its scores are null, which is missing, never neutral. */
function isApplying(scorer: Scorer, primary: Answer, asked: Asked, onBroken: OnBroken): boolean {
  try {
    return scorer.applies(primary, asked);
  } catch (error) {
    onBroken(scorer.name, error);
    return true;
  }
}

interface Compared {
  readonly primary: Answer;
  readonly other: Answer;
  readonly asked: Asked;
}

function scoreOne(scorer: Scorer, { primary, other, asked }: Compared, onBroken: OnBroken): number | null {
  try {
    const score = scorer.score(primary, other, asked);
    if (score === null || (score >= 0 && score <= 1)) return score;
    throw new RangeError(`scorer ${scorer.name}: expected a number in [0,1] or null, got ${score}`);
  } catch (error) {
    onBroken(scorer.name, error);
    return null;
  }
}
