import { DEFAULTS, type RunDefinition } from '@understudy/instrumentation/experiment';

/** What a run's definition says of its win rate. */
export interface WinRateSettings {
  readonly margin: number;
  /** The smallest probability of inclusion of a judged pair, in (0, 1]. */
  readonly piMin: number;
  /** Share of judged pairs offered to people, and how long an answer is waited for; null: nobody is asked. */
  readonly labels: { readonly rate: number; readonly deadlineMs: number } | null;
}

/**
 * Null where the win rate is no gate: without a judge, or where the policy says `win_rate: false`. A definition that does not speak of it
 * has the default: a judge is never dropped by saying nothing.
 */
export function winRateOf({ policy, judge }: Pick<RunDefinition, 'policy' | 'judge'>): WinRateSettings | null {
  const gate = policy.gates.win_rate ?? DEFAULTS.gates.win_rate;
  if (gate === false || judge === null) return null;
  const { piMin, labels } = judge;
  return { margin: gate.margin, piMin, labels: labels.rate > 0 ? labels : null };
}
