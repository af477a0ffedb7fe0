import { rateSequence } from '../stats/rate-sequence.js';
import type { Coverage } from './coverage.js';
import { count } from './describe.js';
import type { Policy } from './policy.js';
import type { Hold } from './verdict.js';

/** A segment or an hour of the day (UTC), and how much of its calls could be compared. */
export interface CoveredClass {
  /** Such as `calls of refunds`. */
  readonly name: string;
  readonly coverage: Coverage;
  /** It is asked about however small it is. */
  readonly critical: boolean;
}

/** A class below this share of the traffic moves no mean of numbers in [0,1] by more: as far as from the boundary of the closest default gate to no difference. */
const NEGLIGIBLE = 0.005;

/** Looks at a class are at their sharpest after so many calls. */
const T_OPT = 100;

/**
 * Hold where a class was left out more than the policy allows, as weights cannot stand in for it. Only where that is no chance: a lower bound on
 * the share left out, valid at every look and for all classes together, is over what may be.
 */
export function uncoveredClass(
  { minCoverage }: Pick<Policy, 'minCoverage'>,
  classes: readonly CoveredClass[],
): Hold | null {
  const traffic = classes.reduce((sum, { coverage }) => sum + coverage.traffic, 0);
  const left = classes
    .filter(({ coverage, critical }) => critical || coverage.traffic >= NEGLIGIBLE * traffic)
    .filter(
      ({ coverage }) => coverage.share < minCoverage && leastUncovered(coverage, classes.length) > 1 - minCoverage,
    )
    .toSorted((a, b) => a.coverage.share - b.coverage.share);
  const [worst] = left;
  if (worst === undefined) return null;
  const { name, coverage } = worst;
  const others = left.length > 1 ? `; ${left.length - 1} more such ${left.length === 2 ? 'class' : 'classes'}` : '';
  return {
    reason: 'coverage',
    sentence: `of the ${name} only ${percent(coverage.share)} were admitted (at least ${percent(minCoverage)} must be)${commonest(coverage.reasons)}${others}`,
  };
}

/** The share by traffic, taken for one of as many calls as stand for the same. */
function leastUncovered({ weight, share }: Coverage, classes: number): number {
  const calls = Math.round(weight);
  const [low] = rateSequence(Math.round((1 - share) * calls), calls, { tOpt: T_OPT, alpha: 0.05 / classes });
  return low;
}

/** The reason most were refused for, and what can be done where it is a setting. */
export function commonest(reasons: Readonly<Record<string, number>> = {}): string {
  const [first] = Object.entries(reasons).toSorted(([, a], [, b]) => b - a);
  if (first === undefined) return '';
  const [reason, calls] = first;
  const remedy = REMEDIES.get(reason);
  return `: ${count(calls)} were ${reason}${remedy === undefined ? '' : `, ${remedy}`}`;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Reasons come out of batches: those of every object are no entries of it. */
const REMEDIES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    not_announced:
      'made before the queue had acknowledged the run: start the queue (an embedded one: `understudy run`) before the service',
    untranslatable:
      'with something the candidate has no equal for: the service says what (OTEL_LOG_LEVEL=warn); declare it in `omit`, or narrow `match`',
    disallowed_feature:
      'with an effect at the provider, or a field nobody knows: the service says which (OTEL_LOG_LEVEL=warn); narrow `match`',
    not_recording:
      'without a recorded span: set up an OpenTelemetry SDK that records them, or `shadow: { requireRecording: false }`',
    below_pi_min: 'left out by a sampling rule, or below `piMin`: what should not be compared belongs into `match`',
    backlog_full:
      'made while the queue held as much as it may: the evaluator is stopped or behind (`understudy status`)',
    paused_busy:
      'made while the service had no time to spare for their shadows: lower `sample.rate`, or allow more by `governor.eventLoopShare`',
    concurrency_cap: 'made with `shadow.concurrency` shadows in flight: raise it, or lower `sample.rate`',
  }),
);
