import { clopperPearson } from '../../stats/clopper-pearson.js';
import { judgeSensitivity } from '../../stats/judge-boundary.js';
import type { Outcome } from '../judgement.js';
import { CANARY_KINDS, type CanaryKind, TELLING_KINDS } from './canary-kinds.js';
import type { CanaryCounts, JudgeHealth } from './judge-health.js';
import { lengthBiasOf, paddedCounts } from './length-bias.js';

/** A share of a count, with exact bounds of 97.5 % each. Nothing counted: a point of null, and bounds of 0 and 1. */
export interface Share {
  readonly of: number;
  readonly point: number | null;
  readonly lower: number;
  readonly upper: number;
}

/** What a judge is worth, for people, metrics and the judge-alone form of the win rate. */
export interface HealthRates {
  /** Of all canaries with a broken side, of the trial and since: the whole one was named. */
  readonly detection: Share;
  /** Of them: the broken one was. */
  readonly falseWins: Share;
  /** See {@link sensitivityOf}. */
  readonly sensitivity: number;
  /** Of telling canaries beside pairs of the run: the whole one was named. */
  readonly since: Share;
  /** Of canaries with equal answers: a side was named. */
  readonly invented: Share;
  /** Of padded canaries: how much the padded answer is liked, see {@link lengthBiasOf}. 0 is none; null where there are none. */
  readonly lengthBias: number | null;
  /** Of pairs asked in both orders: they say the same. */
  readonly consistency: Share;
  /** Share of first places minus share of second places, of all verdicts in both orders. In [-1,1]; 0 is none; null where there are none. */
  readonly positionBias: number | null;
  /** Of pairs and canaries that were put to the judge, not counting what guards kept from it. */
  readonly abstained: Share;
  readonly truncated: Share;
  /** Of pairs decided for a side, the answers unlike in length: the longer one won. */
  readonly longerWon: Share;
  /** Of labels that name a side: the judge named it, minus the longer answer is it; a tie and equal lengths are half. In [-1,1]; null where there are none. */
  readonly lift: number | null;
  /** Rows are the person's labels, columns the judge's outcomes, both in the order primary, shadow, tie: for kappa. */
  readonly agreement: readonly (readonly number[])[];
}

/** Telling canaries below which nothing is said of J: 12 of 12 show no more than .47. */
const LEAST_TELLING = 13;
/** Of one telling kind, to count at all. */
export const LEAST_OF_A_KIND = 3;

const OUTCOMES: readonly Outcome[] = ['primary', 'shadow', 'tie'];

export function healthRates(health: JudgeHealth): HealthRates {
  const { pairs, positions, lengths, labels, calls } = health;
  const broken = sumOf([...countsOf(health.canaries, isBroken), ...countsOf(health.beside, isBroken)]);
  const identical = sumOf([health.canaries.identical, health.beside.identical]);
  const since = sumOf(countsOf(health.beside, isTelling));
  const placed = positions.first + positions.second + positions.tie;
  const tries = triesOf(health);
  return {
    detection: share(broken.detected, broken.given),
    falseWins: share(broken.falseWins, broken.given),
    sensitivity: sensitivityOf(health),
    since: share(since.detected, since.given),
    invented: share(identical.falseWins, identical.given),
    lengthBias: lengthBiasOf(paddedCounts(health)),
    consistency: share(pairs.agreed, pairs.agreed + pairs.disagreed),
    positionBias: placed === 0 ? null : (positions.first - positions.second) / placed,
    abstained: share(tries.abstained, tries.asked),
    truncated: share(calls.truncated, calls.made),
    longerWon: share(lengths.longerWon, lengths.decided),
    lift: liftOf(labels),
    agreement: OUTCOMES.map((label) => OUTCOMES.map((judge): number => labels[`${label}_${judge}`])),
  };
}

function liftOf(labels: JudgeHealth['labels']): number | null {
  const { named, judgeRight, longerRight, longerTied, primary_tie, shadow_tie } = labels;
  if (named === 0) return null;
  return (judgeRight + (primary_tie + shadow_tie) / 2 - longerRight - longerTied / 2) / named;
}

/**
 * J = lower bound of detection - upper bound of false wins, 97.5 % each, over the telling canaries of the trial: to be frozen on the run when
 * they are judged. In [-1,1]. 0 where there are too few of them: a judge that was shown nothing but empty answers has proved nothing.
 *
 * The kinds are unlike, so that each canary has a rate of its own. The bounds hold for the mean of the rates all the same: a count of unlike
 * trials is spread less than one of alike (Hoeffding, "On the distribution of the number of successes in independent trials", 1956).
 */
export function sensitivityOf({ canaries }: Pick<JudgeHealth, 'canaries'>): number {
  const kinds = countsOf(canaries, isTelling).filter(({ given }) => given >= LEAST_OF_A_KIND);
  const { given, detected, falseWins } = sumOf(kinds);
  if (given < LEAST_TELLING) return 0;
  return judgeSensitivity({
    detectionLower: share(detected, given).lower,
    falseWinsUpper: share(falseWins, given).upper,
  });
}

/** What was given in the trial, and of it what can only be a fault of the judge: see {@link isFaultless}. */
export function trialCounts({ canaries }: Pick<JudgeHealth, 'canaries'>): {
  readonly all: CanaryCounts;
  readonly faultless: CanaryCounts;
} {
  return { all: sumOf(countsOf(canaries, () => true)), faultless: sumOf(countsOf(canaries, isFaultless)) };
}

function isBroken(kind: CanaryKind): boolean {
  return kind !== 'identical' && kind !== 'padded';
}

export function isTelling(kind: CanaryKind): boolean {
  return (TELLING_KINDS as readonly CanaryKind[]).includes(kind);
}

/**
 * Whether preferring the broken side is the judge's fault, whatever the answer is worth. An answer that was wrong may be beaten by what was
 * said to somebody else, a label above all: that lowers J, and makes nobody unfit by itself. What is padded has a limit of its own.
 */
export function isFaultless(kind: CanaryKind): boolean {
  return kind !== 'other_answer' && kind !== 'padded';
}

/** What was put to the judge, and how much of that it gave no judgement on. A pair without texts, or kept back by a guard, never reached it. */
export function triesOf(health: JudgeHealth): { readonly asked: number; readonly abstained: number } {
  const { pairs, abstained } = health;
  const all = sumOf([...Object.values(health.canaries), ...Object.values(health.beside)]);
  const unseen = (abstained.quarantined ?? 0) + (abstained.no_text ?? 0);
  const absent = Math.max(0, pairs.abstained - unseen);
  return { asked: pairs.judged - pairs.exact + absent + all.given, abstained: absent + all.abstained };
}

function countsOf(canaries: JudgeHealth['canaries'], takes: (kind: CanaryKind) => boolean): readonly CanaryCounts[] {
  return CANARY_KINDS.filter(takes).map((kind) => canaries[kind]);
}

function sumOf(counts: readonly CanaryCounts[]): CanaryCounts {
  const sum = (field: keyof CanaryCounts): number => counts.reduce((total, one) => total + one[field], 0);
  return {
    given: sum('given'),
    detected: sum('detected'),
    falseWins: sum('falseWins'),
    tied: sum('tied'),
    abstained: sum('abstained'),
  };
}

/** Remembered replies are counted as truncated without a call made for them: never above one. */
function share(count: number, of: number): Share {
  const total = Math.max(count, of);
  const [lower, upper] = clopperPearson(count, total);
  return { of: total, point: total === 0 ? null : count / total, lower, upper };
}
