import type { PreferenceEvidence } from '../ledger/judging-state.js';
import { logMeanExp } from '../stats/e-value.js';
import type { GateName } from '../tally/gate-settings.js';
import type { Gate } from '../tally/gates.js';
import type { Threshold } from '../tally/latencies.js';
import type { Tally } from '../tally/tally.js';
import { type Bars, gateVerdict } from './gate-verdict.js';
import type { Policy } from './policy.js';
import type { GateVerdict, StreamVerdict } from './verdict.js';
import { type JudgeStanding, winRateVerdict } from './win-rate-verdict.js';
import { own } from '../tally/own.js';

/** Merged tallies of the closed slices, by gate. */
export type MetricTallies = Readonly<Partial<Record<GateName, Tally>>>;

/** The evidence of every stream, and what it is judged by. */
export interface StreamsInput {
  readonly policy: Pick<Policy, 'gates'>;
  /** By stream: `_all`, and the segments. */
  readonly streams: Readonly<Record<string, MetricTallies>>;
  /** The same of the win rate. */
  readonly preferences: Readonly<Record<string, PreferenceEvidence>>;
  /** Null: the run has no judge, or its policy does not test the win rate. */
  readonly judge: JudgeStanding | null;
  readonly thresholds: readonly Threshold[];
}

/** A stream, and each of its gates. */
export interface Judged {
  readonly stream: StreamVerdict;
  readonly gates: readonly GateVerdict[];
}

/** What all gates say in one stream. Harm is the mean of their e-values, valid however they depend on each other; a gate without evidence is 1. */
export function judgeStream(input: StreamsInput, gates: readonly Gate[], stream: string, bars: Bars): Judged {
  const { policy, streams, preferences, judge, thresholds } = input;
  const tallies = own(streams, stream) ?? {};
  const verdicts = [
    ...gates.map((gate) => gateVerdict(gate, policy.gates, stream, tallies[gate.name] ?? undefined, thresholds, bars)),
    ...(judge === null ? [] : [winRateVerdict(judge, stream, own(preferences, stream), bars)]),
  ];
  const harmLogE = verdicts.length === 0 ? 0 : logMeanExp(verdicts.map((one) => one.harmLogE));
  const safeLogE = verdicts.length === 0 ? 0 : Math.min(...verdicts.map((one) => one.safeLogE));
  const passes = verdicts.length > 0 && verdicts.every(({ state: one }) => one === 'safe' || one === 'provisional');
  const safe = verdicts.every((one) => one.state === 'safe') ? 'safe' : 'provisional';
  const state = harmLogE >= bars.harm ? 'harm' : passes ? safe : 'open';
  return { stream: { stream, state, safeLogE, harmLogE }, gates: verdicts };
}
