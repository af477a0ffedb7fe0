import { AA_ARM, type Leg, type Trial, type TrialLeg, type Usage } from '@understudy/instrumentation/trial';
import type { PairRow, RegisteredRun } from '../ledger/ledger.js';
import type { ScoredLeg } from '../score/score-trial.js';
import { FACTS_VERSION, type Outcome, type PairFacts, type Tokens } from '../tally/facts.js';

/**
 * One row a leg with an outcome: the numbers evidence is made of, and what a person looks at. A leg that is missing has been
 * counted as dropped by its producer, and has no row.
 */
export function rowsOf(
  trial: Trial,
  run: RegisteredRun,
  scores: Readonly<Record<string, ScoredLeg>>,
): readonly PairRow[] {
  const { callId: call, producer, segment, cluster, subject, pi, startedAt, operation, stream, input, primary } = trial;
  const slice = Math.floor(startedAt / run.definition.slice.lengthMs);
  const legs = Object.entries(trial.legs).filter(([, { status }]) => status !== 'missing');
  return legs.map(([arm, { pairId: pair, ...shadow }]) => ({
    pair,
    call,
    run: run.id,
    arm,
    producer,
    slice,
    segment,
    cluster,
    ...(subject !== undefined && { subject }),
    pi,
    facts: factsOf(trial, arm, shadow, scores[arm] ?? { ab: {}, aa: {} }),
    content: { operation, stream, startedAt, input, primary, shadow },
    ...(trial.erased === true && { erased: true as const }),
  }));
}

function factsOf(trial: Trial, arm: string, shadow: Leg, scores: ScoredLeg): PairFacts {
  const noise: TrialLeg | undefined = arm === AA_ARM ? undefined : trial.legs[AA_ARM];
  return {
    v: FACTS_VERSION,
    pi: trial.pi,
    primary: outcomeOf(trial.primary),
    shadow: outcomeOf(shadow),
    aa: noise === undefined ? null : outcomeOf(noise),
    scores,
  };
}

function outcomeOf(leg: Leg): Outcome {
  switch (leg.status) {
    case 'ok': {
      const { durationMs, firstChunkMs, usage } = leg;
      return {
        status: 'ok',
        durationMs,
        ...(firstChunkMs === undefined ? {} : { firstChunkMs }),
        ...(usage === null ? {} : { tokens: tokensOf(usage) }),
      };
    }
    case 'error':
      return { status: 'error', type: leg.type, durationMs: leg.durationMs };
    case 'aborted':
      return { status: 'aborted', afterMs: leg.afterMs };
    case 'missing':
      return { status: 'missing', reason: leg.reason };
  }
}

function tokensOf({ inputTokens, outputTokens }: Usage): Tokens {
  return {
    ...(inputTokens === undefined ? {} : { input: inputTokens }),
    ...(outputTokens === undefined ? {} : { output: outputTokens }),
  };
}
