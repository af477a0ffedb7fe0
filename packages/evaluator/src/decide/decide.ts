import { logMeanExp } from '../stats/e-value.js';
import { gatesOf, type Gate } from '../tally/gates.js';
import type { GateName } from '../tally/gate-settings.js';
import type { Threshold } from '../tally/latencies.js';
import { snapshot, type Tally } from '../tally/tally.js';
import { count, describeGate, describeGates, names } from './describe.js';
import { gateVerdict, type Bars } from './gate-verdict.js';
import { unsound, type Health } from './health.js';
import { checkPolicy, testLevel, type Policy, type RunNumbers } from './policy.js';
import type { GateVerdict, Hold, Range, StreamVerdict, Transition, Verdict } from './verdict.js';

/** Merged tallies of the closed slices, by gate. */
export type MetricTallies = Readonly<Partial<Record<GateName, Tally>>>;

/** All that a verdict is made of. */
export interface DecideInput {
  readonly policy: Policy;
  readonly run: RunNumbers;
  /** The candidate's evidence by stream: `_all`, and the segments. */
  readonly streams: Readonly<Record<string, MetricTallies>>;
  /** The evidence of the arm `aa` in the stream `_all`; empty where no A/A legs were drawn. */
  readonly noise: MetricTallies;
  readonly thresholds: readonly Threshold[];
  readonly health: Health;
  /** What was stored of earlier looks at this run and candidate. */
  readonly transitions: readonly Transition[];
}

/** The name of the overall stream. */
const OVERALL = '_all';

/** The incumbent asked again fails this test in at most one sound run of a hundred. */
const NOISE_LEVEL = 0.01;

/** Pairs a gate must know before the verdict says that the data are against it, and not only that they are few. */
const ENOUGH_TO_DOUBT = 30;

/**
 * The verdict on a run, from its evidence and the health of the sample. Pure: no clock, no I/O.
 *
 * `invalid` over `no_go` over `hold` over `go`. Harm and invalidity are latched by the transition that is returned once and
 * handed in at later looks; GO is not, it must hold at the evidence of this look.
 *
 * @throws PolicyError, GateSettingsError: with settings that are no test there is no verdict
 */
export function decide(input: DecideInput): Verdict {
  const { policy, run, transitions } = input;
  checkPolicy(policy);
  const level = testLevel(policy.alpha, run);
  const critical = [...new Set(policy.critical)].filter((stream) => stream !== OVERALL);
  const gates = gatesOf(policy.gates);
  const bars: Bars = { safe: -Math.log(level), harm: Math.log((1 + critical.length) / level), gates: gates.length };

  const judged = [OVERALL, ...critical].map((stream) => judgeStream(input, gates, stream, bars));
  const all = judged.flatMap((one) => one.gates);
  const pairs = Math.max(0, ...(judged[0]?.gates ?? []).map((gate) => gate.pairs - gate.missing));
  const remaining = remainingOverall(all, pairs, policy.minPairs);
  const holds = [...unsound(policy, input.health), ...unproven(input, all, pairs, remaining)];
  const common = { v: 1, level, pairs, remaining, holds, streams: judged.map((one) => one.stream), gates: all } as const;

  const latched = transitions.find(({ state }) => state === 'invalid') ?? invalidity(input, gates, pairs);
  if (latched !== null) return { ...common, ...stopped(latched, transitions) };
  const harm = transitions.find(({ state }) => state === 'no_go') ?? harmOf(judged, pairs);
  if (harm !== null) return { ...common, ...stopped(harm, transitions) };
  const [hold] = holds;
  if (hold !== undefined) {
    return { ...common, state: 'hold', reason: hold.reason, sentence: `HOLD: ${hold.sentence}.`, transition: null };
  }
  const sentence = `GO: after ${count(pairs)} pairs every gate is passed: ${describeGates(all)}.`;
  return { ...common, state: 'go', reason: 'safe', sentence, transition: null };
}

interface Judged {
  readonly stream: StreamVerdict;
  readonly gates: readonly GateVerdict[];
}

function judgeStream(input: DecideInput, gates: readonly Gate[], stream: string, bars: Bars): Judged {
  const { policy, streams, thresholds } = input;
  // An own property only: a segment may be called `constructor`.
  const tallies: MetricTallies = Object.hasOwn(streams, stream) ? (streams[stream] ?? {}) : {};
  const verdicts = gates.map((gate) =>
    gateVerdict(gate, policy.gates, stream, tallies[gate.name] ?? undefined, thresholds, bars),
  );
  const harmLogE = verdicts.length === 0 ? 0 : logMeanExp(verdicts.map((one) => one.harmLogE));
  const safeLogE = verdicts.length === 0 ? 0 : Math.min(...verdicts.map((one) => one.safeLogE));
  const safe = verdicts.length > 0 && verdicts.every((one) => one.state === 'safe');
  const state = harmLogE >= bars.harm ? 'harm' : safe ? 'safe' : 'open';
  return { stream: { stream, state, safeLogE, harmLogE }, gates: verdicts };
}

/** The A/A arm is the incumbent twice: where it looks harmful, something other than the candidate is measured. */
function invalidity({ noise }: DecideInput, gates: readonly Gate[], pairs: number): Transition | null {
  const harm = gates.flatMap((gate) => {
    const tally = noise[gate.name];
    return gate.noise || tally === undefined ? [] : [{ name: gate.name, logE: snapshot(tally).harm.logE }];
  });
  if (!(logMeanExp(harm.map((one) => one.logE)) >= -Math.log(NOISE_LEVEL))) return null;
  const worst = harm.reduce((a, b) => (b.logE > a.logE ? b : a));
  const sentence = `INVALID: asked a second time, the incumbent itself does worse in ${worst.name}, so the comparison is biased.`;
  return { state: 'invalid', stream: OVERALL, sentence, pairs };
}

function harmOf(judged: readonly Judged[], pairs: number): Transition | null {
  const harmed = judged.filter((one) => one.stream.state === 'harm');
  const worst = harmed.flatMap((one) => one.gates).sort((a, b) => b.harmLogE - a.harmLogE)[0];
  if (worst === undefined) return null;
  const sentence = `NO_GO: ${describeGate({ ...worst, state: 'harm' })}, after ${count(worst.pairs)} pairs.`;
  return { state: 'no_go', stream: worst.stream, sentence, pairs };
}

function stopped(
  transition: Transition,
  stored: readonly Transition[],
): Pick<Verdict, 'state' | 'reason' | 'sentence' | 'transition'> {
  const { state, sentence } = transition;
  return {
    state,
    reason: state === 'no_go' ? 'harm' : 'noise_harm',
    sentence,
    transition: stored.includes(transition) ? null : transition,
  };
}

/** The reasons to hold that lie in the evidence. Empty only where every gate of every stream is passed. */
function unproven(
  { policy, health }: DecideInput,
  gates: readonly GateVerdict[],
  pairs: number,
  remaining: Range | null,
): readonly Hold[] {
  if (gates.length === 0) return [{ reason: 'insufficient', sentence: 'the policy names no gate, so nothing is tested' }];
  const open = gates.filter((gate) => gate.state !== 'safe');
  if (open.length === 0 && pairs >= policy.minPairs) return [];
  const insensitive = open.filter((gate) => gate.state === 'insensitive' && gate.pairs - gate.missing >= ENOUGH_TO_DOUBT);
  const holds: Hold[] = insensitive.map((gate) => ({
    reason: 'insensitive',
    sentence: `${describeGate(gate)}; a scorer that tolerates other words is needed`,
  }));
  if (health.expired) {
    const rest = open.length === 0 ? `only ${count(pairs)} of ${count(policy.minPairs)} pairs` : describeGates(open);
    return [...holds, { reason: 'expired', sentence: `the window or the budget is over, and not settled: ${rest}` }];
  }
  const against = open.filter(
    (gate) => gate.state === 'open' && gate.remaining === null && gate.pairs >= ENOUGH_TO_DOUBT,
  );
  if (against.length > 0) {
    const sentence = `after ${count(pairs)} pairs the data do not favour GO at this margin: ${describeGates(against)}`;
    return [...holds, { reason: 'inconclusive', sentence }];
  }
  return [...holds, { reason: 'insufficient', sentence: progress(gates, open, pairs, remaining) }];
}

function progress(
  gates: readonly GateVerdict[],
  open: readonly GateVerdict[],
  pairs: number,
  remaining: Range | null,
): string {
  const of = remaining === null ? '' : ` of about ${count(pairs + remaining.low)} to ${count(pairs + remaining.high)}`;
  const settled = gates.filter((gate) => gate.state === 'safe');
  const parts = [`${count(pairs)}${of} pairs`];
  if (settled.length > 0) parts.push(`settled: ${names(settled)}`);
  if (open.length > 0) parts.push(`not yet: ${describeGates(open)}`);
  return parts.join('; ');
}

/** The slowest gate decides; what it needs in its own pairs is scaled to pairs of the overall stream. */
function remainingOverall(gates: readonly GateVerdict[], pairs: number, minPairs: number): Range | null {
  const open = gates.filter((gate) => gate.state !== 'safe');
  const least = Math.max(0, Math.ceil(minPairs - pairs));
  let range: Range = { low: least, high: least };
  for (const gate of open) {
    if (gate.remaining === null) return null;
    const scale = Math.max(1, pairs / gate.pairs);
    range = {
      low: Math.max(range.low, Math.ceil(gate.remaining.low * scale)),
      high: Math.max(range.high, Math.ceil(gate.remaining.high * scale)),
    };
  }
  return open.length === 0 && least === 0 ? null : range;
}
