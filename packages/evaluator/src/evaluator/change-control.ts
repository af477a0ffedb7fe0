import { type Bounds, type Control, hasEnd, windowUnder } from '@understudy/instrumentation/experiment';

/** What somebody wants changed of an experiment's control state. What is absent stays. */
export interface ControlChange {
  /** First forget all that was set before. */
  readonly clear: boolean;
  readonly enabled?: boolean;
  readonly rate?: number;
  /** Epoch ms. */
  readonly from?: number;
  readonly until?: number;
}

/** What is known of the services that will follow. */
export interface Followers {
  /** The largest of their runs; null where nothing is known of them. */
  readonly piMin: number | null;
  readonly bounds: Pick<Bounds, 'window'> | null;
}

/** Whether anything is to be changed at all. */
export function changesAnything({ clear, enabled, rate, from, until }: ControlChange): boolean {
  return clear || [enabled, rate, from, until].some((value) => value !== undefined);
}

/** The state after a change. Cleared, it is a state that says nothing: one that is not there means that the store has lost it. */
export function changedControl(
  before: Control | null,
  change: ControlChange,
  { now, by }: { readonly now: number; readonly by: string },
): Control {
  const kept: Partial<Control> = change.clear || before === null ? {} : before;
  const enabled = change.enabled ?? kept.enabled;
  const rate = change.rate ?? kept.rate;
  const from = change.from ?? kept.window?.from;
  const until = change.until ?? kept.window?.until;
  const window = { ...(from !== undefined && { from }), ...(until !== undefined && { until }) };
  return {
    v: 1,
    ...(enabled !== undefined && { enabled }),
    ...(rate !== undefined && { rate }),
    ...(Object.keys(window).length > 0 && { window }),
    setAt: now,
    by,
  };
}

/** Why a change must not be made: what would follow is not what it says. What was set before keeps nobody from switching off. */
export function* controlIssues(
  { rate, from, until }: ControlChange,
  { window }: Control,
  { piMin, bounds }: Followers,
): Iterable<string> {
  if (rate !== undefined && rate > 0 && piMin !== null && rate < piMin) {
    yield `--rate: expected 0 or at least ${piMin}, the run's piMin, got ${rate}: no call could be admitted. Declare a lower \`piMin\` in the experiment, which starts a new run; or switch it off with --off`;
  }
  if (window === undefined || (from ?? until) === undefined) return;
  const whole = windowUnder(bounds?.window ?? null, { v: 1, setAt: 0, window });
  if (whole !== null && hasEnd(whole) && whole.until <= whole.from) {
    const beginning = window.from === undefined ? 'the configured beginning' : '--from';
    yield `--until: expected a time after ${beginning}, ${new Date(whole.from).toISOString()}, got ${new Date(whole.until).toISOString()}`;
  }
}
