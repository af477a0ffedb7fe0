import type { Trial } from '@understudy/instrumentation/trial';
import type { TrialScores } from '../score/score-trial.js';
import { factsOf, type PriceOf } from '../tally/facts-of.js';
import { type PairFacts, readFacts } from '../tally/facts.js';
import type { Given } from './read-trial.js';

/** What is left of a trial once it is scored: numbers, names and keys, nothing that was said. */
export interface TrialRow {
  readonly call: string;
  readonly run: string;
  readonly cluster: string;
  readonly segment: string;
  readonly producer: string;
  readonly pi: number;
  /** By arm; null: the leg was admitted and is missing. */
  readonly legs: Readonly<Record<string, PairFacts | null>>;
  readonly judgements: Given['judgements'];
  readonly labels: Given['labels'];
}

/** The call's id comes first, so that the texts of rows are in the order of their calls. */
type Cells = readonly [
  call: string,
  run: string,
  cluster: string,
  segment: string,
  producer: string,
  pi: number,
  legs: Readonly<Record<string, unknown>>,
  judgements: TrialRow['judgements'],
  labels: TrialRow['labels'],
];

/** How far a call's id and its start may be apart, in milliseconds, and how far either may lie ahead. */
const CLOCK_MS = 3_600_000;

/**
 * The row of a scored trial, as a text. `missing`: nothing of it is evidence, since its clock is broken.
 */
export function rowText(
  trial: Trial,
  scores: TrialScores,
  { judgements, labels }: Given,
  priceOf: PriceOf,
  missing: boolean,
): string {
  const { callId, run, cluster, segment, producer, pi } = trial;
  const legs = Object.entries(trial.legs).map(([arm, { pairId: _, ...leg }]) => {
    const absent = missing || leg.status === 'missing';
    return [arm, absent ? null : factsOf(trial, arm, leg, scores[arm] ?? { ab: {}, aa: {} }, priceOf)] as const;
  });
  const cells: Cells = [callId, run, cluster, segment, producer, pi, Object.fromEntries(legs), judgements, labels];
  return JSON.stringify(cells);
}

/** @throws FactsError */
export function readRow(text: string): TrialRow {
  const [call, run, cluster, segment, producer, pi, legs, judgements, labels] = JSON.parse(text) as Cells;
  const read = Object.entries(legs).map(([arm, facts]) => [arm, facts === null ? null : readFacts(facts)] as const);
  return { call, run, cluster, segment, producer, pi, legs: Object.fromEntries(read), judgements, labels };
}

/**
 * A call whose id is of another time than its start, or that lies ahead: its producer's clock has jumped, and nobody knows which
 * slice it is of.
 */
export function isOfBrokenClock({ callId, startedAt }: Pick<Trial, 'callId' | 'startedAt'>, now: number): boolean {
  const made = Number.parseInt(callId.replaceAll('-', '').slice(0, 12), 16);
  return Math.abs(made - startedAt) > CLOCK_MS || startedAt > now + CLOCK_MS;
}
