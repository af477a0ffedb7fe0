import { expect } from 'vitest';
import type { GateName, Gates } from '../tally/gate-settings.js';
import { gatesOf } from '../tally/gates.js';
import { addPair, emptyTally, type Tally } from '../tally/tally.js';
import { decide, type DecideInput } from './decide.js';
import type { Health } from './health.js';
import type { Policy } from './policy.js';
import type { Verdict } from './verdict.js';

const GATES: Gates = {
  errors: { margin: 0.01 },
  agreement: { scorer: 'exact', margin: 0.05, insensitiveBelow: 0.3 },
};

const HEALTH: Health = {
  coverage: { admitted: 5000, skipped: 0 },
  losses: { admitted: 5000, lost: 0 },
  segments: [],
  hours: [],
  draws: [],
  drift: null,
  primaries: { calls: 5000, failed: 0, aborted: 0 },
  stale: null,
  expired: false,
  exploratory: false,
  quarantine: null,
};

const POLICY: Policy = { alpha: 0.05, minPairs: 1000, minCoverage: 0.9, gates: GATES, critical: [], maxSegments: 20 };

/** `counts`: pairs by (x, the incumbent's level). */
export function tally(
  gate: GateName,
  counts: readonly (readonly [x: number, reference: number, count: number])[],
  gates: Gates = GATES,
): Tally {
  const m = gatesOf(gates).find((one) => one.name === gate)?.m ?? 0.5;
  const made = emptyTally(m);
  for (const [x, reference, count] of counts) {
    const candidate = gate === 'agreement' ? reference + 2 * x - 1 : reference - 2 * x + 1;
    addPair(made, { safe: x, harm: x, reference, candidate }, 1, count);
  }
  return made;
}

export const SAFE: { readonly errors: Tally; readonly agreement: Tally } = {
  errors: tally('errors', [[0.5, 0, 4000]]),
  agreement: tally('agreement', [[0.5, 1, 3000]]),
};
export const HARMED: Tally = tally('errors', [
  [0, 0, 400],
  [0.5, 0, 1600],
]);

/** A sound look at a good candidate, but for what is said. */
export function look(some: Partial<DecideInput>): Verdict {
  const verdict = decide({
    policy: POLICY,
    run: { k: 1, candidates: 1 },
    streams: { _all: SAFE },
    preferences: {},
    evidenceDays: [],
    judge: null,
    noise: {},
    thresholds: [],
    health: HEALTH,
    transitions: [],
    ...some,
  });
  // JSON writes NaN and infinities as null: a verdict has none, and no bigint.
  expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
  return verdict;
}

export const policy = (some: Partial<Policy>): Policy => ({ ...POLICY, ...some });
export const health = (some: Partial<Health>): Health => ({ ...HEALTH, ...some });
