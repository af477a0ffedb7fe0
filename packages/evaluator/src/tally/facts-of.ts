import { AA_ARM, type Leg, type Trial, type TrialLeg, turnsOf, type Usage } from '@understudy/instrumentation/trial';
import type { LegPrices } from '../score/deltas/cost.js';
import { deltasOf } from '../score/deltas/deltas.js';
import type { Noted } from '../score/notes.js';
import type { ScoredLeg } from '../score/score-trial.js';
import { amountsOf } from './amounts.js';
import { FACTS_VERSION, type Outcome, type PairFacts, type PairNotes, type Tokens } from './facts.js';

/** What a call of a leg's model costs; the arm is null for the primary. */
export type PriceOf = (arm: string | null, leg: Leg) => LegPrices['primary'];

/** The numbers of one leg of a trial beside its primary: what is stored of it, and what evidence is made of. Pure. */
export function factsOf(
  trial: Trial,
  arm: string,
  shadow: Leg,
  { ab, aa, noted }: ScoredLeg,
  priceOf: PriceOf,
): PairFacts {
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
  trial: Trial,
  arm: string,
  shadow: Leg,
  { primary: own, other, tools }: Noted,
  priceOf: PriceOf,
): PairNotes {
  const { primary } = trial;
  const turns = trial.turns ?? (trial.input.kind === 'none' ? undefined : turnsOf(trial.input.messages));
  const deltas = deltasOf(primary, shadow, { primary: priceOf(null, primary), other: priceOf(arm, shadow) });
  const { outcome } = deltas;
  return {
    primary: own,
    shadow: other,
    tools,
    classes: [outcome.primary, outcome.other],
    amounts: amountsOf(deltas),
    ...(turns !== undefined && { turns }),
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
