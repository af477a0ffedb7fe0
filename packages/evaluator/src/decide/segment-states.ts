import { OVERALL } from './policy.js';
import type { HoldReason, State, StreamVerdict, Transition, Verdict } from './verdict.js';

/** A segment that has a say in the verdict, as if it had a verdict of its own. */
export interface SegmentState {
  readonly segment: string;
  /** Else it is on the list of those that do worse, and holds the verdict. */
  readonly critical: boolean;
  readonly state: State;
}

/** What a verdict on one candidate is made of. */
interface Decided {
  readonly verdict: Verdict;
  readonly transitions: readonly Pick<Transition, 'state' | 'stream'>[];
}

/** The critical segments, as the policy has them, and then those that do worse. */
export function segmentStates(decided: Decided): readonly SegmentState[] {
  const { streams, badSegments } = decided.verdict;
  return [
    ...streams
      .filter(({ stream }) => stream !== OVERALL)
      .map((one) => ({ segment: one.stream, critical: true, state: stateOfStream(one, decided) })),
    ...badSegments.map(({ stream }) => ({ segment: stream, critical: false, state: 'hold' as const })),
  ];
}

const STATE_OF_STREAM: Readonly<Record<StreamVerdict['state'], State>> = {
  safe: 'go',
  provisional: 'go_provisional',
  harm: 'no_go',
  open: 'hold',
};

/** What is wrong with the sample is wrong with each of its segments. */
const OF_THE_SAMPLE: ReadonlySet<HoldReason> = new Set([
  'exploratory',
  'stale',
  'lossy',
  'coverage',
  'drift',
  'quarantined',
  'unpriced',
  'over_limit',
]);

/** A segment's own state: that of its gates, and no better than the sample is sound. What stopped the run stays. */
export function stateOfStream({ stream, state }: StreamVerdict, { verdict, transitions }: Decided): State {
  if (verdict.state === 'invalid') return 'invalid';
  if (transitions.some((one) => one.state === 'no_go' && one.stream === stream)) return 'no_go';
  const unsound = verdict.holds.some(({ reason }) => OF_THE_SAMPLE.has(reason));
  return (state === 'safe' || state === 'provisional') && unsound ? 'hold' : STATE_OF_STREAM[state];
}

/** The same in words, a line each; nothing where no segment has a say. Names are as the traffic has them. */
export function describeSegments(decided: Decided): readonly string[] {
  const states = segmentStates(decided);
  const critical = states.filter((one) => one.critical).map(({ segment, state }) => `${segment} ${state}`);
  const worse = states.filter((one) => !one.critical).map(({ segment }) => segment);
  const suspects = decided.verdict.suspectSegments.map(({ stream }) => stream);
  return [
    ...(critical.length === 0 ? [] : [`critical segments: ${critical.join(', ')}`]),
    ...(worse.length === 0 ? [] : [`segments that do worse: ${worse.join(', ')}`]),
    ...(suspects.length === 0 ? [] : [`segments that do worse if taken alone: ${suspects.join(', ')}`]),
  ];
}
