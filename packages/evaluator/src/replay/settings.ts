import type { Run, RunDefinition } from '@understudy/instrumentation/experiment';
import { winRateOf, type WinRateSettings } from '../ledger/win-rate-settings.js';
import { type Gate, gatesOf } from '../tally/gates.js';

/** What a replay decides by. */
export interface ReplaySettings {
  readonly run: Run;
  /** The definition names the candidates; else they are those of the trials, and so is the smallest probability of inclusion. */
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
  /** How long a slice is, in ms. */
  readonly sliceMs: number;
  readonly segments: RunDefinition['segments'];
  readonly winRate: WinRateSettings | null;
  readonly sensitivity: number | null;
}

/** @param smallest The smallest probability of inclusion of the trials: it scales every bet alike, and knows of no outcome. */
export function closingSettings({ run, named, sensitivity }: ReplaySettings, smallest: number): ClosingSettings {
  const { policy, segments, slice } = run.definition;
  const piMin = named ? run.definition.piMin : smallest;
  return {
    gates: gatesOf(policy.gates),
    piMin,
    sliceMs: slice.lengthMs,
    segments,
    winRate: winRateOf(run.definition),
    sensitivity,
  };
}
