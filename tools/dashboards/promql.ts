/**
 * The queries' building blocks. What services count is summed over their processes. What comes from the ledger is the same whoever says it, and
 * while the lease moves two evaluators may for a moment: the largest is taken, never the sum.
 */

/** Of the dashboard's experiment, and its candidates. */
export const CHOSEN = 'experiment="$experiment", arm=~"$arm"';

export const RATE = '[$__rate_interval]';

/** The state of a verdict as a number that panels translate into words. */
export const STATE_CODES = { invalid: 1, no_go: 2, hold: 3, go_provisional: 4, go: 5 } as const;

/** {@link STATE_CODES} of the state that holds, by arm or by arm and segment. */
export function stateOf(by: string, segment: string): string {
  const codes = Object.entries(STATE_CODES).map(
    ([state, code]) =>
      `max by (${by}, state) (understudy_verdict{${CHOSEN}, segment${segment}, state="${state}"}) * ${code}`,
  );
  return `sum by (${by}) (${codes.join(' or ')})`;
}

/** The calls of one role of the dashboard's segments. The primary's are those of all arms. */
export function calls(role: 'primary' | 'shadow', more = ''): string {
  const arm = role === 'shadow' ? ', arm=~"$arm"' : '';
  return `{experiment="$experiment", role="${role}"${arm}, segment=~"$segment"${more}}`;
}

/** A quantile of one role's successful calls, in seconds. */
export function quantile(metric: 'duration' | 'time_to_first_chunk', q: number, role: 'primary' | 'shadow'): string {
  const by = role === 'shadow' ? 'le, arm' : 'le';
  const bucket = `understudy_call_${metric}_seconds_bucket${calls(role, ', outcome="ok"')}`;
  return `histogram_quantile(${q}, sum by (${by}) (rate(${bucket}${RATE})))`;
}

/** The share of one role's calls that failed. A role without a failure has no series of them: that is none, not nothing. */
export function errorShare(role: 'primary' | 'shadow', range = RATE): string {
  const sum = role === 'shadow' ? 'sum by (arm)' : 'sum';
  const count = (more: string): string =>
    `${sum} (rate(understudy_call_duration_seconds_count${calls(role, more)}${range}))`;
  return `(${count(', outcome="error"')} or ${count('')} * 0) / ${count('')}`;
}

/** A counter of the ledger, as it grows: see above. */
export function ledgerRate(metric: string, by: string, selector: string, range = RATE): string {
  return `max by (${by}) (rate(${metric}{${selector}}${range}))`;
}
