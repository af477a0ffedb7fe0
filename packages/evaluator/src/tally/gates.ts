import type { AnswerNotes } from '../score/notes.js';
import type { Gates, GateName, LatencyGate, NoiseGate, ShapeGate, SpendingGate } from './gate-settings.js';
import type { Outcome, PairFacts } from './facts.js';
import { MISSING, type Observation } from './observation.js';
import { isTimeout, observeCost, observeTokens, spendingBoundary, type SpendingLimit } from './spending.js';

/** How a latency gate gets its T when the policy gives none. */
export interface Freezing {
  readonly measure: Measure;
  /** The quantile of the primary's latency that T is. */
  readonly p: number;
  /** Evidence calls needed before T is frozen. */
  readonly minimum: number;
}

/** Which latency of a call. */
export type Measure = 'duration' | 'first_chunk';

/** A gate of one policy: how a pair becomes a number in [0,1] whose mean must be above `m`. */
export interface Gate {
  readonly name: GateName;
  readonly m: number;
  /** Tested only on pairs with an A/A leg. */
  readonly noise: boolean;
  readonly freezing: Freezing | null;
  /** T in milliseconds, where the policy gives it. */
  readonly thresholdMs: number | null;
  /** Mean self-agreement of the incumbent below which the gate holds; null where the rule does not apply. */
  readonly insensitiveBelow: number | null;
  /** A level the policy fixes, which the incumbent itself may miss; null: the incumbent's own is the standard. */
  readonly floor: number | null;
  /** What a level of 1 is: US dollars or tokens a call for cost and tokens, else 1. */
  readonly scale: number;
  /**
   * What a pair says. Null: the gate does not apply to it, which is decided from the request and the primary alone.
   * `thresholdMs` is T for a latency gate, and unused elsewhere.
   */
  observe(facts: PairFacts, thresholdMs: number): Observation | null;
}

/** The gates a policy names that are made of a pair's numbers alone (the win rate waits for judges and people), in the order of {@link GATES}. */
export function gatesOf(gates: Gates): readonly Gate[] {
  return Object.values(GATES).flatMap((build) => build(gates) ?? []);
}

/** One line a gate. A new gate is a line here and a line in {@link Gates}. */
const GATES: { readonly [Name in Exclude<GateName, 'win_rate'>]-?: (gates: Gates) => Gate | null } = {
  errors: ({ errors }) =>
    errors ? { ...PLAIN, name: 'errors', m: half(errors.margin), observe: observeErrors } : null,
  timeouts: ({ timeouts }) =>
    timeouts ? { ...PLAIN, name: 'timeouts', m: half(timeouts.margin), observe: observeTimeouts } : null,
  refusals: ({ refusals }) =>
    refusals ? { ...PLAIN, name: 'refusals', m: half(refusals.margin), observe: observeRefusals } : null,
  validity: ({ validity }) =>
    validity ? { ...PLAIN, name: 'validity', m: half(validity.margin), observe: observeValidity } : null,
  length: ({ length }) => shapeGate('length', length),
  language: ({ language }) => shapeGate('language', language),
  structure: ({ structure }) => shapeGate('structure', structure),
  agreement: ({ agreement }) => (agreement ? noiseGate('agreement', agreement) : null),
  similarity: ({ similarity }) => (similarity ? noiseGate('similarity', similarity) : null),
  latency_p50: (gates) => latencyGate('latency_p50', gates.latency_p50, { measure: 'duration', p: 0.5, minimum: 500 }),
  latency_p95: (gates) => latencyGate('latency_p95', gates.latency_p95, { measure: 'duration', p: 0.95, minimum: 500 }),
  latency_p99: (gates) =>
    latencyGate('latency_p99', gates.latency_p99, { measure: 'duration', p: 0.99, minimum: 2000 }),
  first_chunk_p50: (gates) =>
    latencyGate('first_chunk_p50', gates.first_chunk_p50, { measure: 'first_chunk', p: 0.5, minimum: 500 }),
  first_chunk_p95: (gates) =>
    latencyGate('first_chunk_p95', gates.first_chunk_p95, { measure: 'first_chunk', p: 0.95, minimum: 500 }),
  first_chunk_p99: (gates) =>
    latencyGate('first_chunk_p99', gates.first_chunk_p99, { measure: 'first_chunk', p: 0.99, minimum: 2000 }),
  cost: ({ cost }) => spendingGate('cost', cost, NANO, observeCost),
  tokens: (gates) => spendingGate('tokens', gates.tokens, 1, observeTokens),
};

const PLAIN = {
  noise: false,
  freezing: null,
  thresholdMs: null,
  insensitiveBelow: null,
  floor: null,
  scale: 1,
} as const;

/** Costs are stored in nano-dollars. */
const NANO = 1e9;

/** A difference of two levels in [0,1] may be `margin`: x = (difference + 1) / 2 must have a mean above (1 - margin) / 2. */
function half(margin: number): number {
  return (1 - margin) / 2;
}

/** x = (primary - shadow + 1) / 2 with 1 = failed: only the shadow failed 0, both or neither 0.5, only the primary 1. */
function observeErrors(facts: PairFacts): Observation | null {
  return observeFailures(facts, ({ status }) => status === 'error');
}

/** As for errors, with 1 = failed because its time was over: the shadow's own limit, the service's, or a gateway's. */
function observeTimeouts(facts: PairFacts): Observation | null {
  return observeFailures(facts, isTimeout);
}

function observeFailures({ primary, shadow }: PairFacts, failed: (outcome: Outcome) => boolean): Observation | null {
  if (primary.status === 'aborted') return null;
  if (primary.status === 'missing' || shadow.status === 'missing' || shadow.status === 'aborted') return MISSING;
  return fewer(failed(primary), failed(shadow));
}

/** As for errors, with 1 = refused, or failed where the primary answered. */
function observeRefusals(facts: PairFacts): Observation | null {
  const answers = marksOf(facts, ({ refused }) => refused, true);
  if (answers === null || answers === 'missing') return unmarked(answers);
  return { ...fewer(answers.primary, answers.shadow), ...failure(facts) };
}

/** x = (shadow - primary + 1) / 2 with 1 = valid; a shadow that failed is not. */
function observeValidity(facts: PairFacts): Observation | null {
  const answers = marksOf(facts, ({ valid }) => valid, false);
  if (answers === null || answers === 'missing') return unmarked(answers);
  const [reference, candidate] = [Number(answers.primary), Number(answers.shadow)];
  const x = (candidate - reference + 1) / 2;
  return { safe: x, harm: x, reference, candidate, ...failure(facts) };
}

/** A call that failed has refused nothing, and is held against the candidate all the same: it is counted by itself. */
function failure({ shadow }: PairFacts): { readonly mark?: 'failed' } {
  return shadow.status === 'error' ? { mark: 'failed' } : {};
}

function unmarked(answers: 'missing' | null): Observation | null {
  return answers === null ? null : MISSING;
}

interface Marks {
  readonly primary: boolean;
  readonly shadow: boolean;
}

/** A mark of both answers. Null where it does not apply: the primary gave no answer, or none that can be marked. */
function marksOf(
  { primary, shadow, notes }: PairFacts,
  markOf: (answer: AnswerNotes) => boolean | null,
  ofFailed: boolean,
): Marks | 'missing' | null {
  if (primary.status === 'missing') return 'missing';
  if (primary.status !== 'ok' || !notes?.primary) return null;
  const own = markOf(notes.primary);
  if (own === null) return null;
  if (shadow.status === 'error') return { primary: own, shadow: ofFailed };
  const other = shadow.status === 'ok' && notes.shadow !== null ? markOf(notes.shadow) : null;
  return other === null ? 'missing' : { primary: own, shadow: other };
}

/** Of a scorer by the gate's own name: beside the incumbent's noise, or a floor of the policy. */
function shapeGate(name: 'length' | 'language' | 'structure', gate: ShapeGate | undefined): Gate | null {
  if (gate === undefined) return null;
  const { margin, floor } = gate;
  if (floor === undefined) return noiseGate(name, { ...gate, scorer: name });
  return { ...PLAIN, name, m: floor - margin, floor, observe: (facts) => observeFloor(facts, name, floor) };
}

/** x = s_AB. */
function observeFloor({ primary, shadow, scores }: PairFacts, scorer: string, floor: number): Observation | null {
  if (primary.status === 'error' || primary.status === 'aborted') return null;
  if (primary.status === 'missing') return MISSING;
  const score = scores.ab[scorer];
  if (score === undefined) return null;
  const match = shadow.status === 'error' ? 0 : shadow.status === 'ok' ? score : null;
  return isUnit(match) ? { safe: match, harm: match, reference: floor, candidate: match } : MISSING;
}

function noiseGate(name: GateName, gate: NoiseGate): Gate {
  return {
    ...PLAIN,
    name,
    m: half(gate.margin),
    noise: true,
    insensitiveBelow: gate.insensitiveBelow,
    observe: (facts) => observeAgreement(facts, gate.scorer),
  };
}

/** x = (s_AB - s_AA + 1) / 2: the candidate's agreement with the primary beside the incumbent's with itself. */
function observeAgreement({ primary, shadow, aa, scores }: PairFacts, scorer: string): Observation | null {
  if (aa === null || primary.status === 'error' || primary.status === 'aborted') return null;
  if (primary.status === 'missing' || aa.status !== 'ok') return MISSING;
  const noise = scores.aa[scorer];
  if (noise === undefined && scores.ab[scorer] === undefined) return null;
  const agreement = shadow.status === 'error' ? 0 : shadow.status === 'ok' ? scores.ab[scorer] : null;
  if (!isUnit(noise) || !isUnit(agreement)) return MISSING;
  const x = (agreement - noise + 1) / 2;
  return { safe: x, harm: x, reference: noise, candidate: agreement };
}

function latencyGate(name: GateName, gate: LatencyGate | undefined, freezing: Freezing): Gate | null {
  if (gate === undefined) return null;
  const { ratio, thresholdMs = null } = gate;
  return {
    ...PLAIN,
    name,
    m: 0.5,
    freezing: thresholdMs === null ? freezing : null,
    thresholdMs,
    observe: (facts, threshold) => observeLatency(facts, freezing.measure, threshold, ratio),
  };
}

/** @param unit So many units of what is stored are one of the policy's. */
function spendingGate(
  name: 'cost' | 'tokens',
  gate: SpendingGate | undefined,
  unit: number,
  observe: (facts: PairFacts, limit: SpendingLimit) => Observation | null,
): Gate | null {
  if (gate === undefined) return null;
  const limit = { ratio: gate.ratio, most: gate.mostPerCall * unit };
  return {
    ...PLAIN,
    name,
    m: spendingBoundary(gate),
    scale: gate.mostPerCall,
    observe: (facts) => observe(facts, limit),
  };
}

/**
 * x = (1{P > T} - 1{S > ratio T} + 1) / 2. A failed call exceeds every latency.
 *
 * A primary the user aborted is only known to have lasted until then. A shadow that lasted as long is a tie: counting
 * the primary as slow and the shadow as cut short would give every abort between T and ratio T to the candidate.
 */
function observeLatency(facts: PairFacts, measure: Measure, threshold: number, ratio: number): Observation | null {
  const { primary, shadow } = facts;
  if (primary.status === 'missing') return MISSING;
  if (measure === 'first_chunk' && (primary.status !== 'ok' || primary.firstChunkMs === undefined)) return null;
  const reference = latencyOf(primary, measure);
  const candidate = latencyOf(shadow, measure);
  if (reference === null || candidate === null) return MISSING;
  const slow = reference > threshold;
  if (primary.status === 'aborted' && shadow.status !== 'error' && candidate >= reference) return fewer(slow, slow);
  if (shadow.status === 'aborted') return MISSING;
  return fewer(slow, candidate > ratio * threshold);
}

/** Milliseconds; Infinity for a failed call; null where there is no number that can be used. */
export function latencyOf(outcome: Outcome, measure: Measure): number | null {
  if (outcome.status === 'missing') return null;
  if (outcome.status === 'error') return Infinity;
  const value =
    outcome.status === 'aborted'
      ? outcome.afterMs
      : measure === 'first_chunk'
        ? (outcome.firstChunkMs ?? outcome.durationMs)
        : outcome.durationMs;
  return Number.isFinite(value) && value >= 0 ? value : null;
}

/** The event must be no commoner for the candidate. */
function fewer(reference: boolean, candidate: boolean): Observation {
  const x = (Number(reference) - Number(candidate) + 1) / 2;
  return { safe: x, harm: x, reference: Number(reference), candidate: Number(candidate) };
}

function isUnit(value: number | null | undefined): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}
