/** What a policy says about each gate, defaults resolved. A gate that is not named is not tested. */
export interface Gates {
  readonly errors?: ErrorsGate | undefined;
  readonly timeouts?: ErrorsGate | undefined;
  readonly refusals?: ErrorsGate | undefined;
  readonly validity?: ValidityGate | undefined;
  readonly length?: ShapeGate | undefined;
  readonly language?: ShapeGate | undefined;
  readonly structure?: ShapeGate | undefined;
  readonly agreement?: NoiseGate | undefined;
  readonly similarity?: NoiseGate | undefined;
  readonly latency_p50?: LatencyGate | undefined;
  readonly latency_p95?: LatencyGate | undefined;
  readonly latency_p99?: LatencyGate | undefined;
  readonly first_chunk_p50?: LatencyGate | undefined;
  readonly first_chunk_p95?: LatencyGate | undefined;
  readonly first_chunk_p99?: LatencyGate | undefined;
  readonly cost?: SpendingGate | undefined;
  readonly tokens?: SpendingGate | undefined;
  /** `false`: there is a judge, and it decides nothing. */
  readonly win_rate?: WinRateGate | false | undefined;
}

export type GateName = keyof Gates;

/** The candidate fails at most `margin` more often than the primary (0.01: one call in a hundred). */
export interface ErrorsGate {
  readonly margin: number;
}

/** The candidate keeps to what was asked for at most `margin` less often than the primary. */
export interface ValidityGate {
  readonly margin: number;
  /** The only answers there are; read where a pair is scored. */
  readonly labels?: readonly string[] | undefined;
}

/** The candidate matches the primary in its form at most `margin` less than the incumbent matches itself, or than `floor`. */
export interface ShapeGate {
  readonly margin: number;
  readonly insensitiveBelow: number;
  /** A fixed match in (margin, 1]; no A/A leg is needed then. */
  readonly floor?: number | undefined;
}

/** The candidate agrees with the primary at most `margin` less than the incumbent agrees with itself. */
export interface NoiseGate {
  /** The key of the score in the facts of a pair. */
  readonly scorer: string;
  readonly margin: number;
  /** Below this mean self-agreement of the incumbent the scorer cannot tell answers apart, and the gate holds. */
  readonly insensitiveBelow: number;
}

/** More than `ratio * T` is no commoner for the candidate than more than T is for the primary. */
export interface LatencyGate {
  readonly ratio: number;
  /** T in milliseconds. Absent: frozen from the primaries of the first closed slices. */
  readonly thresholdMs?: number | undefined;
}

/** All calls of the candidate together take at most `ratio` times what the incumbent's do: the totals, not a typical call. */
export interface SpendingGate {
  readonly ratio: number;
  /** The most one shadow may take: US dollars of cost, or tokens. Above 0. A shadow that takes more makes the verdict hold. */
  readonly mostPerCall: number;
}

/** The mean preference for the candidate is at least .5 - `margin`. Tested only where the run has a judge. */
export interface WinRateGate {
  readonly margin: number;
}

/** A nano-dollar, and a thousand million dollars or tokens. */
const LEAST_PER_CALL = 1e-9;
const MOST_PER_CALL = 1e9;

/** A setting with which a test would prove nothing, or fail to be a test. */
export class GateSettingsError extends RangeError {
  readonly code = 'gate_settings';
}

/**
 * Refuses settings under which a gate could be passed without evidence.
 *
 * A fixed floor must lie above the margin, or a candidate that never matches could pass.
 *
 * The insensitivity floor must lie above the margin: then a candidate that never agrees (s_AB = 0) has a mean
 * x = (1 - s_AA) / 2 below m = (1 - margin) / 2 in every sample the floor lets through, and the e-value stays below 1.
 *
 * @throws GateSettingsError
 */
export function checkGates(gates: Gates): void {
  for (const name of Object.keys(gates) as GateName[]) {
    const gate = gates[name];
    if (gate === undefined || gate === false) continue;
    if ('margin' in gate) within(name, 'margin', gate.margin, 0, 0.5);
    // At a boundary of 0 or of a half with nothing allowed there is no judge to be told from its ties.
    if (name === 'win_rate' && 'margin' in gate) within(name, 'margin', gate.margin, 0.001, 0.499);
    const floor = 'floor' in gate ? gate.floor : undefined;
    if (floor !== undefined) {
      within(name, 'floor', floor, 0, 1);
      if ('margin' in gate && floor <= gate.margin)
        throw new GateSettingsError(`gate ${name}: expected floor (${floor}) above margin (${gate.margin})`);
    } else if ('insensitiveBelow' in gate) {
      within(name, 'insensitiveBelow', gate.insensitiveBelow, 0, 1);
      if (gate.insensitiveBelow <= gate.margin) {
        throw new GateSettingsError(
          `gate ${name}: expected insensitiveBelow (${gate.insensitiveBelow}) above margin (${gate.margin})`,
        );
      }
    }
    if ('ratio' in gate) {
      within(name, 'ratio', gate.ratio, 0.1, 10);
      if ('mostPerCall' in gate) within(name, 'mostPerCall', gate.mostPerCall, LEAST_PER_CALL, MOST_PER_CALL);
      else if (gate.thresholdMs !== undefined) within(name, 'thresholdMs', gate.thresholdMs, Number.MIN_VALUE, 1e9);
    }
  }
}

function within(gate: string, field: string, value: number, low: number, high: number): void {
  if (typeof value === 'number' && value >= low && value <= high) return;
  throw new GateSettingsError(`gate ${gate}: expected ${field} in [${low}, ${high}], got ${String(value)}`);
}
