import type { Run, RunDefinition } from '@understudy/instrumentation/experiment';
import { winRateOf, type WinRateSettings } from '../ledger/win-rate-settings.js';
import { type Gate, gatesOf } from '../tally/gates.js';

/** What a replay decides by. */
export interface ReplaySettings {
  readonly run: Run;
  /** The definition names the candidates; else they are those of the trials. */
  readonly named: boolean;
  /** J of the run's judge, as it was frozen; null: nobody knows. */
  readonly sensitivity: number | null;
  /** Somebody vouches that the policy was written down before the first pair, whatever run the pairs name. */
  readonly declared: boolean;
}

/** What closing needs of them. */
export interface ClosingSettings {
  readonly gates: readonly Gate[];
  readonly piMin: number;
  readonly segments: RunDefinition['segments'];
  readonly winRate: WinRateSettings | null;
  readonly sensitivity: number | null;
}

export function closingSettings({ run, sensitivity }: ReplaySettings): ClosingSettings {
  const { policy, piMin, segments } = run.definition;
  return { gates: gatesOf(policy.gates), piMin, segments, winRate: winRateOf(run.definition), sensitivity };
}
