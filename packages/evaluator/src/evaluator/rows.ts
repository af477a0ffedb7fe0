import type { Trial } from '@understudy/instrumentation/trial';
import type { PairRow, RegisteredRun } from '../ledger/ledger.js';
import type { Noted } from '../score/notes.js';
import type { ScoredLeg } from '../score/score-trial.js';
import { factsOf, type PriceOf } from '../tally/facts-of.js';

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

function labelsOf(noted: Noted | undefined): Pick<PairRow, 'labels'> {
  return noted === undefined || noted.labels.size === 0 ? {} : { labels: noted.labels };
}
