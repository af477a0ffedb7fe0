import { freezeThreshold } from '../stats/threshold.js';
import type { GateName } from './gate-settings.js';
import { latencyOf, type Gate, type Measure } from './gates.js';
import { streamsOf, type StoredPair } from './stored-pair.js';

/** T of one latency gate in one stream, in milliseconds, for the evidence of slice `fromSlice` and later. */
export interface Threshold {
  readonly stream: string;
  readonly metric: GateName;
  readonly value: number;
  readonly fromSlice: number;
}

/** Latencies of the primaries of evidence calls, in milliseconds, each call once. */
export type Latencies = readonly StreamLatencies[];

export interface StreamLatencies {
  readonly stream: string;
  readonly measure: Measure;
  readonly values: readonly number[];
}

/** The latencies of the primaries that answered, per stream. Empty where no gate waits for a threshold. */
export function readLatencies(evidence: readonly StoredPair[], gates: readonly Gate[]): Latencies {
  const measures = new Set(gates.flatMap((gate) => gate.freezing?.measure ?? []));
  const calls = new Map(evidence.map((pair) => [pair.call, pair]));
  const values = new Map<string, StreamLatencies & { values: number[] }>();
  for (const measure of measures) {
    for (const { segment, facts } of calls.values()) {
      if (facts.primary.status !== 'ok') continue;
      if (measure === 'first_chunk' && facts.primary.firstChunkMs === undefined) continue;
      const latency = latencyOf(facts.primary, measure);
      if (latency === null) continue;
      for (const stream of streamsOf(segment)) {
        const key = JSON.stringify([stream, measure]);
        const entry = values.get(key) ?? { stream, measure, values: [] };
        entry.values.push(latency);
        values.set(key, entry);
      }
    }
  }
  return [...values.values()];
}

/** Freezes each threshold that now has enough latencies behind it, and keeps the latencies that are still waited for. */
export function thresholdsFrom(
  known: { slice: number; gates: readonly Gate[]; thresholds: readonly Threshold[]; latencies: Latencies },
  fresh: Latencies,
): { thresholds: readonly Threshold[]; latencies: Latencies } {
  const thresholds: Threshold[] = [];
  const waiting = new Set<StreamLatencies>();
  for (const added of fresh) {
    const { stream, measure } = added;
    const earlier = known.latencies.filter((one) => one.stream === stream && one.measure === measure);
    const values = [...earlier.flatMap((one) => one.values), ...added.values];
    for (const { name, freezing } of known.gates) {
      if (freezing?.measure !== measure) continue;
      if (known.thresholds.some((one) => one.stream === stream && one.metric === name)) continue;
      const value = freezeThreshold(values, freezing.p, freezing.minimum);
      if (value === null) waiting.add(added);
      else thresholds.push({ stream, metric: name, value, fromSlice: known.slice + 1 });
    }
  }
  return { thresholds, latencies: [...waiting] };
}
