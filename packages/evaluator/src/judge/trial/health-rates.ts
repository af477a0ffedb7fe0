import { clopperPearson } from '../../stats/clopper-pearson.js';
import { judgeSensitivity } from '../../stats/judge-boundary.js';
import type { Outcome } from '../judgement.js';
import { CANARY_KINDS } from './canary-kinds.js';
import type { JudgeHealth } from './judge-health.js';

/** A share of a count, with exact bounds of 97.5 % each. Nothing counted: a point of null, and bounds of 0 and 1. */
export interface Share {
  readonly of: number;
  readonly point: number | null;
  readonly lower: number;
  readonly upper: number;
}

/** What a judge is worth, for people, metrics and the judge-alone form of the win rate. */
export interface HealthRates {
  /** Of canaries with a broken side: the whole one was named. */
  readonly detection: Share;
  /** Of them: the broken one was. */
  readonly falseWins: Share;
  /** J = lower bound of detection - upper bound of false wins, to be frozen on the run after its first canaries. In [-1,1]. */
  readonly sensitivity: number;
  /** Of canaries with equal answers: a side was named. */
  readonly invented: Share;
  /** Of pairs asked in both orders: they say the same. */
  readonly consistency: Share;
  /** Share of first places minus share of second places, of all verdicts in both orders. In [-1,1]; 0 is none; null where there are none. */
  readonly positionBias: number | null;
  /** Of pairs and canaries that were put to the judge, not counting what guards kept from it. */
  readonly abstained: Share;
  readonly truncated: Share;
  /** Of pairs decided for a side, the answers unlike in length: the longer one won. */
  readonly longerWon: Share;
  /** Of labels that name a side: the judge named it, minus the longer answer is it. In [-1,1]; null where there are none. */
  readonly lift: number | null;
  /** Rows are the person's labels, columns the judge's outcomes, both in the order primary, shadow, tie: for kappa. */
  readonly agreement: readonly (readonly number[])[];
}

const OUTCOMES: readonly Outcome[] = ['primary', 'shadow', 'tie'];

export function healthRates(health: JudgeHealth): HealthRates {
  const { pairs, positions, lengths, labels, calls, canaries } = health;
  const broken = brokenCanaries(health);
  const detection = share(broken.detected, broken.given);
  const falseWins = share(broken.falseWins, broken.given);
  const placed = positions.first + positions.second + positions.tie;
  const tries = triesOf(health);
  return {
    detection,
    falseWins,
    sensitivity: judgeSensitivity({ detectionLower: detection.lower, falseWinsUpper: falseWins.upper }),
    invented: share(canaries.identical.falseWins, canaries.identical.given),
    consistency: share(pairs.agreed, pairs.agreed + pairs.disagreed),
    positionBias: placed === 0 ? null : (positions.first - positions.second) / placed,
    abstained: share(tries.abstained, tries.asked),
    truncated: share(calls.truncated, calls.made),
    longerWon: share(lengths.longerWon, lengths.decided),
    lift: labels.named === 0 ? null : (labels.judgeRight - labels.longerRight) / labels.named,
    agreement: OUTCOMES.map((label) => OUTCOMES.map((judge): number => labels[`${label}_${judge}`])),
  };
}

interface Sums {
  readonly given: number;
  readonly detected: number;
  readonly falseWins: number;
  readonly abstained: number;
}

/** Over the kinds that have a broken side. */
function brokenCanaries(health: JudgeHealth): Sums {
  return sumOf(health, (kind) => kind !== 'identical');
}

/** Over all kinds: of `identical` a false win is a side that was named. */
export function allCanaries(health: JudgeHealth): Sums {
  return sumOf(health, () => true);
}

/** What was put to the judge, and how much of that it gave no judgement on. A pair without texts, or kept back by a guard, never reached it. */
export function triesOf(health: JudgeHealth): { readonly asked: number; readonly abstained: number } {
  const { pairs, abstained } = health;
  const all = allCanaries(health);
  const unseen = (abstained.quarantined ?? 0) + (abstained.no_text ?? 0);
  const absent = Math.max(0, pairs.abstained - unseen);
  return { asked: pairs.judged - pairs.exact + absent + all.given, abstained: absent + all.abstained };
}

function sumOf({ canaries }: JudgeHealth, takes: (kind: string) => boolean): Sums {
  const taken = CANARY_KINDS.filter(takes).map((kind) => canaries[kind]);
  const sum = (field: keyof Sums): number => taken.reduce((total, counts) => total + counts[field], 0);
  return {
    given: sum('given'),
    detected: sum('detected'),
    falseWins: sum('falseWins'),
    abstained: sum('abstained'),
  };
}

/** Remembered replies are counted as truncated without a call made for them: never above one. */
function share(count: number, of: number): Share {
  const total = Math.max(count, of);
  const [lower, upper] = clopperPearson(count, total);
  return { of: total, point: total === 0 ? null : count / total, lower, upper };
}
