import type { ExperimentInput } from '@understudy/instrumentation/experiment';
import type { Personality } from './provider/personality.js';

/** The candidates to choose from, by the name on the command line. */
export const CANDIDATES: Readonly<Record<string, Personality>> = {
  good: 'as-good',
  bad: 'segment-failing',
  identical: 'identical',
};

/** The model the service uses, and the one that wants its place. */
export const INCUMBENT = 'support-large';
export const CANDIDATE = 'support-mini';

/** Median and spread of the providers' latency: 95 % of the incumbent's answers come within the policy's T. */
export const LATENCY: { readonly medianMs: number; readonly sigma: number } = { medianMs: 20, sigma: 0.4 };
const SLOW_MS = 40;

/** Calls begun in a second, where the machine has the time. */
export const RATE = 120;

/**
 * How long a shadow may take. Primaries have no limit but the SDK's: where the machine is busy with something else, both are slow, and shadows that
 * gave up first would look like a candidate that fails.
 */
const SHADOW_MS = 30_000;

/**
 * What is compared, and what was agreed beforehand. Everything is sampled and asked a third time (A/A), so that three
 * thousand calls settle it; T is given, since they are too few to freeze it from and test against it as well.
 */
export function demoExperiment(candidateUrl: string, calls: number): ExperimentInput {
  return {
    name: 'demo',
    match: { model: INCUMBENT },
    candidates: { [CANDIDATE]: { model: CANDIDATE, baseUrl: candidateUrl } },
    sample: { rate: 1 },
    noise: { rate: 1 },
    segments: { attribute: 'app.topic', critical: ['refunds'] },
    content: 'full',
    slice: { lengthMs: 1000, deadlineMs: 2 * SHADOW_MS },
    // Its machine is loaded on purpose.
    governor: { eventLoopMs: 1000, eventLoopShare: 1 },
    shadow: { timeoutMs: SHADOW_MS, concurrency: 1000 },
    policy: {
      minPairs: Math.min(1000, Math.ceil(calls / 3)),
      gates: {
        errors: { margin: 0.03 },
        similarity: { scorer: 'lexical', margin: 0.05 },
        latency_p95: { ratio: 1.5, thresholdMs: SLOW_MS },
      },
    },
  };
}

/** The policy in words. */
export const POLICY_TEXT: readonly string[] = [
  'errors       at most 3 points more than the incumbent',
  "similarity   of its words to the incumbent's: at most 0.05 less than between two answers of the incumbent",
  `latency_p95  answers over 60 ms no commoner than the incumbent's over ${SLOW_MS} ms (x1.5)`,
  'for all calls together, and for the critical segment `refunds` on its own; chance of a wrong GO at most 2.5 %',
];
