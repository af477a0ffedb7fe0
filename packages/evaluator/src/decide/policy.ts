import { checkGates, type Gates } from '../tally/gate-settings.js';
import { gatesOf } from '../tally/gates.js';

/** What was agreed beforehand, defaults resolved: plain data, part of the run's identity. */
export interface Policy {
  /** Probability of a wrong GO per guardrail, one-sided, before it is shared by candidates and runs. In (0, 0.5]. */
  readonly alpha: number;
  /** GO needs at least so many pairs of evidence in the overall stream. */
  readonly minPairs: number;
  /** GO needs at least this share of the sampled calls admitted, in (0, 1]. */
  readonly minCoverage: number;
  /** GO needs a pair of evidence of each hour of the day (UTC). Default: it does not. */
  readonly fullDay?: boolean;
  readonly gates: Gates;
  /** Segments that must pass on their own, and that can stop the run on their own. */
  readonly critical: readonly string[];
  /** Segments that are told apart at the most, the critical ones among them; `_other` and `_none` are beside them. */
  readonly maxSegments: number;
}

/** The name of the overall stream. */
export const OVERALL = '_all';

/** The critical segments, each once. */
export function criticalOf({ critical }: Pick<Policy, 'critical'>): readonly string[] {
  return [...new Set(critical)].filter((stream) => stream !== OVERALL);
}

/** A run among its siblings: what every test level is divided by. */
export interface RunNumbers {
  /** The k-th run of this candidate in the experiment, from 1, as the ledger numbered it. */
  readonly k: number;
  /** Declared candidates of the experiment, at least 1. */
  readonly candidates: number;
}

/** A policy that cannot decide anything. */
export class PolicyError extends RangeError {
  readonly code = 'policy';
}

/** Below it a level that runs and candidates share is none any more. */
const LEAST_ALPHA = 1e-9;
/** A mean that is as good as 0 or 1 leaves nothing to bet on. */
const LEAST_NULL = 1e-4;

/**
 * Refuses a policy under which a verdict would mean nothing.
 *
 * @throws PolicyError, or GateSettingsError for a gate
 */
export function checkPolicy(policy: Policy): void {
  if (!(policy.alpha >= LEAST_ALPHA && policy.alpha <= 0.5))
    throw refuse('alpha', `in [${LEAST_ALPHA}, 0.5]`, policy.alpha);
  if (!(policy.minPairs >= 0 && Number.isFinite(policy.minPairs)))
    throw refuse('minPairs', 'a number from 0', policy.minPairs);
  if (!(policy.minCoverage >= 0 && policy.minCoverage <= 1))
    throw refuse('minCoverage', 'in [0, 1]', policy.minCoverage);
  if (!(Number.isSafeInteger(policy.maxSegments) && policy.maxSegments >= 1))
    throw refuse('maxSegments', 'an integer from 1', policy.maxSegments);
  checkGates(policy.gates);
  for (const { name, m } of gatesOf(policy.gates)) {
    if (!(m >= LEAST_NULL && m <= 1 - LEAST_NULL))
      throw refuse(
        `${name}: a mean to be above`,
        `in [${LEAST_NULL}, ${1 - LEAST_NULL}]: change its margin or its floor`,
        m,
      );
  }
}

/**
 * The level of every test of a run: alpha / (C k (k + 1)).
 *
 * Serves: restarts and several candidates must not buy more chances. The sum over k of 1 / (k (k + 1)) is 1, so all runs of
 * all candidates together err with probability at most alpha. (Union bound; STATISTICS of this project, section 8.)
 * Example: alpha .05, one candidate, first run: .025. Cost: O(1).
 *
 * @throws PolicyError where k or C is not a count: a level of Infinity would pass everything.
 */
export function testLevel(alpha: number, run: RunNumbers): number {
  if (!(Number.isSafeInteger(run.k) && run.k >= 1)) throw refuse('k', 'an integer from 1', run.k);
  if (!(Number.isSafeInteger(run.candidates) && run.candidates >= 1)) {
    throw refuse('candidates', 'an integer from 1', run.candidates);
  }
  return alpha / (run.candidates * run.k * (run.k + 1));
}

function refuse(field: string, expected: string, got: unknown): PolicyError {
  return new PolicyError(`policy: expected ${field} ${expected}, got ${String(got)}`);
}
