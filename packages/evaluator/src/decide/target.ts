import { type Phase, type Target, type Window, windowUnder } from '@understudy/instrumentation/experiment';
import { AA_ARM } from '@understudy/instrumentation/trial';
import type { RunState } from '../ledger/snapshot.js';

/** How far a run is on its way to its target. */
export interface Progress {
  readonly target: Target;
  /** Evidence pairs of the candidate that has the fewest. */
  readonly pairs: number;
  /** What its services are to do. */
  readonly phase: Phase;
}

/** The way of a run to its target; null where its services have announced none. */
export function progressOf({ arms, bounds }: Pick<RunState, 'arms' | 'bounds'>): Progress | null {
  const target = bounds?.target ?? null;
  if (target === null) return null;
  const candidates = Object.entries(arms).filter(([arm]) => arm !== AA_ARM);
  const pairs = candidates.length === 0 ? 0 : Math.min(...candidates.map(([, { funnel }]) => funnel.evidence));
  const reached = target.afterwards === 'stop' ? 'stopped' : 'slow';
  return { target, pairs, phase: pairs >= target.pairs ? reached : 'open' };
}

/** When calls of a run are compared: as its youngest service has it, with what people have set over it; null: always, or nobody knows. */
export function windowOf({ bounds, control }: Pick<RunState, 'bounds' | 'control'>): Window | null {
  return windowUnder(bounds?.window ?? null, control);
}

/** People have switched it off, or its service has, and they have not switched it on. */
export function isSwitchedOff({ bounds, control }: Pick<RunState, 'bounds' | 'control'>): boolean {
  return (control?.enabled ?? bounds?.enabled) === false;
}

/** The rate of sampling, rules aside; null: no service has said. */
export function rateOf({ bounds, control }: Pick<RunState, 'bounds' | 'control'>): number | null {
  return control?.rate ?? bounds?.rate ?? null;
}

/** The window is over, and of the calls in it none is still on its way into the evidence. */
export function isExpired(state: Pick<RunState, 'bounds' | 'control' | 'open' | 'judging'>, at: number): boolean {
  const window = windowOf(state);
  if (window === null || at < window.until) return false;
  return !isJudging(state) && !state.open.some(({ startsAt }) => startsAt < window.until);
}

/** Judgements or labels of the evidence are still waited for. */
export function isJudging({ judging }: Pick<RunState, 'judging'>): boolean {
  return judging !== null && judging.openSlices.judgements + judging.openSlices.labels > 0;
}
