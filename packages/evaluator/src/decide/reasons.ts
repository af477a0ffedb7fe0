import type { Reason, Verdict } from './verdict.js';

const OF_RUNS: { readonly [Name in Exclude<Reason, 'exploratory'>]: true } = {
  insufficient: true,
  inconclusive: true,
  expired: true,
  stale: true,
  lossy: true,
  coverage: true,
  drift: true,
  segment: true,
  degrading: true,
  insensitive: true,
  judge_insensitive: true,
  quarantined: true,
  unpriced: true,
  over_limit: true,
  harm: true,
  noise_harm: true,
  sample_ratio: true,
  provisional: true,
  safe: true,
};

/** The reasons that a run of the ledger can have: its id is the hash of its policy, so none is younger than its pairs. */
export const REASONS_OF_RUNS: readonly Reason[] = Object.keys(OF_RUNS) as Reason[];

/** The reasons that apply: of `hold` every one, else the one that is stated. */
export function reasonsOf({ state, reason, holds }: Pick<Verdict, 'state' | 'reason' | 'holds'>): ReadonlySet<Reason> {
  return new Set([reason, ...(state === 'hold' ? holds.map((one) => one.reason) : [])]);
}
