import { type Misconfiguration, MISCONFIGURATIONS } from '@understudy/instrumentation/trial';
import type { LedgerSnapshot, MisconfiguredState, ProducerState, RunState } from '../ledger/snapshot.js';
import { isSwitchedOff, rateOf, windowOf } from './target.js';
import { spanText } from './time-left.js';
import type { SetupFault, Verdict } from './verdict.js';

/** What was not seen for so long is taken for mended, in milliseconds. */
export const FRESH_MS: number = 30 * 60_000;
/** Of what was found, in a sentence: it is there whole as a field. */
const LONGEST = 240;

/** What a verdict says of its own where a run is idle, or over. */
const IDLE: ReadonlySet<Misconfiguration> = new Set(['window_over', 'rate_zero']);

/** When a producer was started by the clock of the evaluator, whose times all others are: its own may be ahead. Pure. */
export function startedOnOurClock({
  startedAt,
  lastSeen,
  lastSentAt,
}: Pick<ProducerState, 'startedAt' | 'lastSeen' | 'lastSentAt'>): number {
  return startedAt - Math.max(0, lastSentAt - lastSeen);
}

interface SeenFault extends SetupFault {
  /** Epoch ms. */
  readonly lastAt: number;
}

/** What was seen within the last `withinMs`, whatever run or process it is of. */
export function seenLately(
  { at, misconfigured }: Pick<LedgerSnapshot, 'at' | 'misconfigured'>,
  withinMs: number = FRESH_MS,
): readonly MisconfiguredState[] {
  // Another version's ledger may hold causes that this one does not know.
  return misconfigured.filter(
    ({ cause, lastAt }) => Object.hasOwn(MISCONFIGURATIONS, cause) && at - lastAt <= withinMs,
  );
}

/** What was seen lately of how a run is set up: of its experiment, or of a service that has named it. In the order of the list of causes. Pure. */
export function setupOf(
  snapshot: Pick<LedgerSnapshot, 'at' | 'misconfigured' | 'producers'>,
  state: Pick<RunState, 'run' | 'producers' | 'bounds' | 'control'>,
): readonly SeenFault[] {
  const own = new Set(state.producers);
  const alive = snapshot.producers.filter((one) => own.has(one.id) && one.state === 'alive');
  const causes = Object.keys(MISCONFIGURATIONS);
  return seenLately(snapshot)
    .flatMap(({ cause, experiment, found, lastAt, by }): SeenFault[] => {
      const { fix } = MISCONFIGURATIONS[cause];
      if (experiment !== null) return experiment === state.run.experiment ? [{ cause, found, fix, lastAt }] : [];
      const newest = by.find(({ producer }) => own.has(producer));
      return newest === undefined || snapshot.at - newest.lastAt > FRESH_MS
        ? []
        : [{ cause, found: newest.found, fix, lastAt: newest.lastAt }];
    })
    .filter((fault) => !isMended(fault, state, alive, snapshot.at))
    .toSorted((a, b) => causes.indexOf(a.cause) - causes.indexOf(b.cause));
}

/** What is known to be otherwise by now, though it was seen not long ago. */
function isMended(
  { cause, lastAt }: SeenFault,
  state: Pick<RunState, 'bounds' | 'control'>,
  alive: readonly ProducerState[],
  at: number,
): boolean {
  switch (cause) {
    case 'window_over':
      return at < (windowOf(state)?.until ?? Infinity);
    case 'rate_zero':
      return isSwitchedOff(state) || (rateOf(state) ?? 0) > 0;
    // A batch that came since was put on the queue, and taken from it.
    case 'no_evaluator':
    case 'no_service':
      return alive.some(({ lastSeen }) => lastSeen > lastAt);
    default:
      // Every service was started anew since: whether it is mended they will say. What the evaluator sees does not end by that.
      return (
        MISCONFIGURATIONS[cause].seenBy === 'service' &&
        alive.length > 0 &&
        alive.every((one) => startedOnOurClock(one) > lastAt)
      );
  }
}

/**
 * The verdict with what is set up wrong: as a field, and where it holds first in its sentence. It changes no state and no reason. Pure.
 *
 * @param isIdle No call is sampled, or none any more, and the sentence says why.
 */
export function withSetup(
  verdict: Verdict,
  faults: readonly SeenFault[],
  { at, isIdle }: { readonly at: number; readonly isIdle: boolean },
): Verdict {
  const setup = faults.map(({ cause, found, fix }) => ({ cause, found, fix }));
  const [first, ...others] = faults.filter(({ cause }) => !(isIdle && IDLE.has(cause)));
  if (verdict.state !== 'hold' || first === undefined) return { ...verdict, setup };
  const { cause, found, lastAt } = first;
  const text = found.length > LONGEST ? `${found.slice(0, LONGEST)}...` : found;
  const also = others.length === 0 ? '' : `, and ${others.map((one) => one.cause).join(', ')}`;
  const clause = `${MISCONFIGURATIONS[cause].meaning} (${text}; seen ${spanText(Math.max(0, at - lastAt))} ago${also})`;
  return { ...verdict, setup, sentence: verdict.sentence.replace(/^HOLD: /, () => `HOLD: ${clause}; `) };
}
