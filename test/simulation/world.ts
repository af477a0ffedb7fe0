import { decide, type DecideInput } from '../../packages/evaluator/src/decide/decide.js';
import type { MetricTallies } from '../../packages/evaluator/src/decide/judge-stream.js';
import type { Health } from '../../packages/evaluator/src/decide/health.js';
import type { Policy } from '../../packages/evaluator/src/decide/policy.js';
import type { Transition, Verdict } from '../../packages/evaluator/src/decide/verdict.js';
import { closeSlice, type StreamTally } from '../../packages/evaluator/src/tally/close-slice.js';
import { decodeTally, encodeTally } from '../../packages/evaluator/src/tally/codec.js';
import type { Outcome, PairFacts } from '../../packages/evaluator/src/tally/facts.js';
import { gatesOf } from '../../packages/evaluator/src/tally/gates.js';
import type { Latencies, Threshold } from '../../packages/evaluator/src/tally/latencies.js';
import type { AdmittedCount } from '../../packages/evaluator/src/tally/missing.js';
import type { StoredPair } from '../../packages/evaluator/src/tally/stored-pair.js';
import { mergeTallies, type Tally } from '../../packages/evaluator/src/tally/tally.js';

/** The candidate's arm in every simulation. */
export const ARM = 'candidate';

/** Level .05 for a first run: alpha / (k (k + 1)). */
export const AT_LEVEL_05: Policy = {
  alpha: 0.1,
  minPairs: 0,
  minCoverage: 0.9,
  gates: {},
  critical: [],
  maxSegments: 20,
};

export const SOUND: Health = {
  coverage: { admitted: 1, skipped: 0 },
  losses: { admitted: 0, lost: 0 },
  segments: [],
  hours: [],
  draws: [],
  drift: null,
  primaries: { calls: 0, failed: 0, aborted: 0 },
  stale: null,
  expired: false,
  exploratory: false,
  quarantine: null,
};

const OK: Outcome = { status: 'ok', durationMs: 100 };
const FAILED: Outcome = { status: 'error', type: 'timeout', durationMs: 60_000 };

export function ok(durationMs: number): Outcome {
  return { status: 'ok', durationMs };
}

/** The numbers of a pair that says x = 0, .5 or 1 to the gate on errors. */
export function errorFacts(x: number, pi = 1): PairFacts {
  return facts({ primary: x === 1 ? FAILED : OK, shadow: x === 0 ? FAILED : OK, pi });
}

export function facts(some: Partial<PairFacts>): PairFacts {
  return { v: 1, pi: 1, primary: OK, shadow: OK, aa: null, scores: { ab: {}, aa: {} }, ...some };
}

/** A pair with an A/A leg and one scorer's two scores. */
export function noiseFacts(scorer: string, ab: number | null, aa: number | null): PairFacts {
  return facts({ aa: OK, scores: { ab: { [scorer]: ab }, aa: { [scorer]: aa } } });
}

let calls = 0;

/** A stored pair of a cluster of its own, unless `some` says otherwise. Call ids grow in the order of making. */
export function pair(numbers: PairFacts, some: Partial<StoredPair> = {}): StoredPair {
  calls += 1;
  const call = calls.toString(16).padStart(12, '0');
  return { call, arm: ARM, producer: 'p1', segment: 'chat', cluster: call, facts: numbers, ...some };
}

/** Counts that say: everything that was admitted is stored. */
export function countsOf(pairs: readonly StoredPair[]): readonly AdmittedCount[] {
  return pairs.map(({ producer, segment, arm, facts: { pi } }) => ({ producer, segment, arm, pi, admitted: 1 }));
}

/** One run, slice after slice, through the code that closes slices, stores tallies and decides. */
export class Run {
  readonly #policy: Policy;
  readonly #piMin: number;
  readonly #seen = new Map<string, Set<string>>();
  readonly #merged = new Map<string, StreamTally>();
  readonly #transitions: Transition[] = [];
  #thresholds: readonly Threshold[] = [];
  #latencies: Latencies = [];
  #slice = 0;

  constructor(policy: Policy, piMin = 1) {
    this.#policy = policy;
    this.#piMin = piMin;
  }

  /** Closes the next slice; every tally goes through its bytes, as it does in the ledger. */
  close(pairs: readonly StoredPair[], admitted: readonly AdmittedCount[]): void {
    const closed = closeSlice({
      slice: this.#slice,
      gates: gatesOf(this.#policy.gates),
      piMin: this.#piMin,
      pairs,
      admitted,
      seen: this.#seen,
      thresholds: this.#thresholds,
      latencies: this.#latencies,
    });
    this.#slice += 1;
    this.#thresholds = [...this.#thresholds, ...closed.thresholds];
    this.#latencies = [...this.#latencies, ...closed.latencies];
    for (const { arm, key } of closed.clusters) {
      const keys = this.#seen.get(arm) ?? new Set();
      this.#seen.set(arm, keys.add(key));
    }
    for (const entry of closed.tallies) {
      const key = `${entry.arm} ${entry.stream} ${entry.metric}`;
      const stored = decodeTally(encodeTally(entry.tally));
      const known = this.#merged.get(key);
      this.#merged.set(key, { ...entry, tally: known ? mergeTallies(known.tally, stored) : stored });
    }
  }

  /** A look at the evidence so far. */
  look(health: Health = SOUND): Verdict {
    const verdict = decide(this.input(health));
    if (verdict.transition !== null) this.#transitions.push(verdict.transition);
    return verdict;
  }

  input(health: Health = SOUND): DecideInput {
    return {
      policy: this.#policy,
      run: { k: 1, candidates: 1 },
      streams: this.#streams(ARM),
      preferences: {},
      evidenceDays: [],
      judge: null,
      noise: this.#streams('aa')['_all'] ?? {},
      thresholds: this.#thresholds,
      health,
      transitions: this.#transitions,
    };
  }

  #streams(arm: string): Record<string, MetricTallies> {
    const streams: Record<string, Record<string, Tally>> = {};
    for (const entry of this.#merged.values()) {
      if (entry.arm === arm) (streams[entry.stream] ??= {})[entry.metric] = entry.tally;
    }
    return streams;
  }
}

/** The share of `runs` simulated runs that say GO at any look. */
export function shareOfGo(runs: number, simulate: (run: number) => boolean): number {
  let go = 0;
  for (let run = 0; run < runs; run += 1) if (simulate(run)) go += 1;
  return go / runs;
}
