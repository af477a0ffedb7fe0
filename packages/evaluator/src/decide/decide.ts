import { logMeanExp } from '../stats/e-value.js';
import { gatesOf, type Gate } from '../tally/gates.js';
import type { EvidenceDay } from '../ledger/snapshot.js';
import { describeBadSegments, describeSuspects, judgeOthers } from './bad-segments.js';
import { degrading, describeDegrading } from './degrading.js';
import { describeGate, count } from './describe.js';
import { passed, remainingOverall, unproven, waiting } from './progress.js';
import { gateVerdict, type Bars } from './gate-verdict.js';
import { missingHours } from './full-day.js';
import { unsound, type Health } from './health.js';
import { sampleMismatch } from './sample-ratio.js';
import { unaccounted } from './spending.js';
import { type Judged, judgeStream, type MetricTallies, type StreamsInput } from './judge-stream.js';
import { checkPolicy, criticalOf, OVERALL, testLevel, type Policy, type RunNumbers } from './policy.js';
import type { Transition, Verdict } from './verdict.js';

/** All that a verdict is made of: the candidate's evidence by stream, and what it is to be read beside. */
export interface DecideInput extends StreamsInput {
  readonly policy: Policy;
  readonly run: RunNumbers;
  /** The evidence of the arm `aa` in the stream `_all`; empty where no A/A legs were drawn. */
  readonly noise: MetricTallies;
  /** The candidate's evidence in the overall stream by day, in order. */
  readonly evidenceDays: readonly EvidenceDay[];
  readonly health: Health;
  /** How many streams share the claim of harm. Default: the overall one, and each critical segment. */
  readonly harmTests?: number;
  /** Why there is no evidence where there is none, in words. Default: slices are still open. */
  readonly noPair?: string;
  /** What was stored of earlier looks at this run and candidate. */
  readonly transitions: readonly Transition[];
}

/** The incumbent asked again fails this test in at most one sound run of a hundred. */
const NOISE_LEVEL = 0.01;

const OPEN =
  'no pair is evidence yet: pairs count when their slice of time is closed (`understudy status` says what it waits for)';

/**
 * The verdict on a run, from its evidence and the health of the sample. Pure: no clock, no I/O.
 *
 * `invalid` over `no_go` over `hold` over `go_provisional` over `go`. Harm and invalidity are latched by the transition that is returned once and
 * handed in at later looks; GO is not, it must hold at the evidence of this look.
 *
 * @throws PolicyError, GateSettingsError: with settings that are no test there is no verdict
 */
export function decide(input: DecideInput): Verdict {
  const { policy, run, transitions } = input;
  checkPolicy(policy);
  const level = testLevel(policy.alpha, run);
  const critical = criticalOf(policy);
  const gates = gatesOf(policy.gates);
  const bars: Bars = {
    safe: -Math.log(level),
    harm: Math.log((input.harmTests ?? 1 + critical.length) / level),
    gates: gates.length + Number(input.judge !== null),
  };

  const judged = [OVERALL, ...critical].map((stream) => judgeStream(input, gates, stream, bars));
  const all = judged.flatMap((one) => one.gates);
  const pairs = Math.max(0, ...(judged[0]?.gates ?? []).map((gate) => gate.pairs - gate.missing));
  const remaining = remainingOverall(all, pairs, policy.minPairs);
  const { bad, suspect } = judgeOthers(input, gates, bars.gates, level);
  const worse = degrading(input, gates, bars.gates, level);
  const reasons = [
    ...unsound(policy, input.health),
    ...unaccounted(all),
    ...describeBadSegments(bad),
    ...describeDegrading(worse),
    ...unproven(policy, { expired: input.health.expired, noPair: input.noPair ?? OPEN }, all, pairs, remaining),
    ...[missingHours(policy, input.health.hours)].flatMap((hold) => hold ?? []),
  ];
  const holds = [...reasons, ...waiting(all, reasons)];
  const common = {
    v: 1,
    level,
    pairs,
    remaining,
    holds,
    streams: judged.map((one) => one.stream),
    gates: all,
    badSegments: bad,
    suspectSegments: suspect,
    degrading: worse,
    setup: [],
  } as const;

  const latched =
    transitions.find(({ state }) => state === 'invalid') ?? mismatch(input, pairs) ?? invalidity(input, gates, pairs);
  if (latched !== null) return { ...common, ...stopped(latched, transitions) };
  const harm = transitions.find(({ state }) => state === 'no_go') ?? harmOf(judged, pairs);
  if (harm !== null) return { ...common, ...stopped(harm, transitions) };
  const [hold] = holds;
  if (hold !== undefined) {
    return { ...common, state: 'hold', reason: hold.reason, sentence: `HOLD: ${hold.sentence}.`, transition: null };
  }
  if (all.some(({ state }) => state === 'provisional')) {
    const sentence = `GO_PROVISIONAL: ${passed(all, pairs)}.${describeSuspects(suspect)}`;
    return { ...common, state: 'go_provisional', reason: 'provisional', sentence, transition: null };
  }
  const sentence = `GO: ${passed(all, pairs)}.${describeSuspects(suspect)}`;
  return { ...common, state: 'go', reason: 'safe', sentence, transition: null };
}

/** Weights stand on the declared probabilities: where these are not the true ones, nothing does. */
function mismatch({ health }: DecideInput, pairs: number): Transition | null {
  const found = sampleMismatch(health.draws);
  if (found === null) return null;
  const sentence = `INVALID: the sample is not what it is said to be, so nothing can be told from it: ${found}.`;
  return { state: 'invalid', reason: 'sample_ratio', stream: OVERALL, sentence, pairs };
}

/** The A/A arm is the incumbent twice: where it looks harmful, something other than the candidate is measured. */
function invalidity(
  { policy, noise, thresholds }: DecideInput,
  gates: readonly Gate[],
  pairs: number,
): Transition | null {
  const bars: Bars = { safe: Infinity, harm: -Math.log(NOISE_LEVEL), gates: gates.length };
  // Beyond .5 a gate asks for more than to be like the incumbent (a cost ratio below 1), which the incumbent itself is not.
  const comparable = gates.filter((gate) => !gate.noise && gate.floor === null && gate.m <= 0.5);
  const tested = comparable.filter((gate) => noise[gate.name] !== undefined);
  const verdicts = tested.map((gate) => gateVerdict(gate, policy.gates, OVERALL, noise[gate.name], thresholds, bars));
  if (!(logMeanExp(verdicts.map((one) => one.harmLogE)) >= bars.harm)) return null;
  const worst = verdicts.reduce((a, b) => (b.harmLogE > a.harmLogE ? b : a));
  const sentence = `INVALID: asked a second time, the incumbent itself does worse, so the comparison is biased: ${describeGate({ ...worst, state: 'harm' })}.`;
  return { state: 'invalid', reason: 'noise_harm', stream: OVERALL, sentence, pairs };
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
  const { state, reason, sentence } = transition;
  return {
    state,
    reason: state === 'no_go' ? 'harm' : (reason ?? 'noise_harm'),
    sentence,
    transition: stored.includes(transition) ? null : transition,
  };
}
