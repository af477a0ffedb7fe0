import type { Gates, GateName, LatencyGate, NoiseGate } from './gate-settings.js';
import type { Outcome, PairFacts } from './facts.js';
import { MISSING, type Observation } from './observation.js';

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
};

const PLAIN = { noise: false, freezing: null, thresholdMs: null, insensitiveBelow: null } as const;

/** A difference of two levels in [0,1] may be `margin`: x = (difference + 1) / 2 must have a mean above (1 - margin) / 2. */
function half(margin: number): number {
  return (1 - margin) / 2;
}

/** x = (primary - shadow + 1) / 2 with 1 = failed: only the shadow failed 0, both or neither 0.5, only the primary 1. */
function observeErrors({ primary, shadow }: PairFacts): Observation | null {
  if (primary.status === 'aborted') return null;
  if (primary.status === 'missing' || shadow.status === 'missing' || shadow.status === 'aborted') return MISSING;
  return fewer(primary.status === 'error', shadow.status === 'error');
}

function noiseGate(name: GateName, gate: NoiseGate): Gate {
  return {
    name,
    m: half(gate.margin),
    noise: true,
    freezing: null,
    thresholdMs: null,
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
    name,
    m: 0.5,
    noise: false,
    freezing: thresholdMs === null ? freezing : null,
    thresholdMs,
    insensitiveBelow: null,
    observe: (facts, threshold) => observeLatency(facts, freezing.measure, threshold, ratio),
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
