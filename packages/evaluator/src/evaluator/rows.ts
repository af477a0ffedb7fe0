import { AA_ARM, type Leg, type Trial, type TrialLeg, type Usage } from '@understudy/instrumentation/trial';
import type { PairRow, RegisteredRun } from '../ledger/ledger.js';
import type { LegPrices } from '../score/deltas/cost.js';
import { deltasOf } from '../score/deltas/deltas.js';
import type { Noted } from '../score/notes.js';
import type { ScoredLeg } from '../score/score-trial.js';
import { amountsOf } from '../tally/amounts.js';
import { FACTS_VERSION, type Outcome, type PairFacts, type PairNotes, type Tokens } from '../tally/facts.js';

/**
 * One row a leg with an outcome: the numbers evidence is made of, and what a person looks at. A leg that is missing has been
 * counted as dropped by its producer, and has no row.
 *
 * @param priceOf What calls of a leg's model cost; the arm is null for the primary. Default: nobody knows.
 */
export function rowsOf(
  trial: Trial,
  run: RegisteredRun,
  scores: Readonly<Record<string, ScoredLeg>>,
  priceOf: PriceOf = () => null,
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
    facts: factsOf(trial, arm, shadow, scores[arm] ?? { ab: {}, aa: {} }, priceOf),
    ...(trial.erased !== true && labelsOf(scores[arm]?.noted)),
    content: { operation, stream, startedAt, input, primary, shadow },
    ...(trial.erased === true && { erased: true as const }),
  }));
}

export type PriceOf = (arm: string | null, leg: Leg) => LegPrices['primary'];

function labelsOf(noted: Noted | undefined): Pick<PairRow, 'labels'> {
  return noted === undefined || noted.labels.size === 0 ? {} : { labels: noted.labels };
}

function factsOf(trial: Trial, arm: string, shadow: Leg, { ab, aa, noted }: ScoredLeg, priceOf: PriceOf): PairFacts {
  const noise: TrialLeg | undefined = arm === AA_ARM ? undefined : trial.legs[AA_ARM];
  return {
    v: FACTS_VERSION,
    pi: trial.pi,
    primary: outcomeOf(trial.primary),
    shadow: outcomeOf(shadow),
    aa: noise === undefined ? null : outcomeOf(noise),
    scores: { ab, aa },
    ...(noted !== undefined && { notes: notesOf(trial, arm, shadow, noted, priceOf) }),
  };
}

function notesOf(
  { primary }: Trial,
  arm: string,
  shadow: Leg,
  { primary: own, other, tools }: Noted,
  priceOf: PriceOf,
): PairNotes {
  const deltas = deltasOf(primary, shadow, { primary: priceOf(null, primary), other: priceOf(arm, shadow) });
  const { outcome } = deltas;
  return {
    primary: own,
    shadow: other,
    tools,
    classes: [outcome.primary, outcome.other],
    amounts: amountsOf(deltas),
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
