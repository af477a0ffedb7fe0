import type { ExperimentInput, JudgeInput, Run } from '@understudy/instrumentation/experiment';
import { boundsOf, resolveExperiment, runOf } from '@understudy/instrumentation/experiment';
import type { Batch, Leg } from '@understudy/instrumentation/trial';
import type { Database } from '../../packages/evaluator/src/ledger/database.js';
import { answer, type HandProducer } from '../evaluator/batches.js';
import { caseOf, worseAnswer } from './judging-world.js';

/** Canaries of a test: the fewest there may be. */
export const CANARIES = 20;

export interface JudgedRun {
  readonly run: Run;
  /** The batch that announces it, as a service does. */
  announce(producer: HandProducer): Batch;
}

/** A run whose judge is at that address. */
export function judgedRun(
  name: string,
  judge: JudgeInput & { readonly baseUrl: string },
  change: Partial<ExperimentInput> = {},
): JudgedRun {
  const experiment = resolveExperiment({
    name,
    candidates: { small: { model: `small for ${name}` } },
    sample: { rate: 1 },
    noise: { rate: 1 },
    content: 'full',
    policy: { minPairs: 20, gates: { errors: { margin: 0.1 } } },
    slice: { lengthMs: 1000, deadlineMs: 3000 },
    shadow: { timeoutMs: 1000 },
    judge: { model: 'judge-1', canaries: { count: CANARIES, rate: 0 }, ...judge },
    ...change,
  });
  const run = runOf(experiment);
  return {
    run,
    announce(producer) {
      const { id, experiment: named, definition } = run;
      return producer.batch({ runs: [{ run: id, experiment: named, definition, bounds: boundsOf(experiment) }] });
    },
  };
}

/** What the candidate says of a case: as good, half of it, or the very same words. */
export type Quality = 'same' | 'worse' | 'better';

/** A call about a case whose right answer a judge server knows. */
export function callAbout(
  producer: HandProducer,
  number: number,
  startedAt: number,
  quality: Quality,
  model = 'm',
): string {
  const whole = caseOf(number).answer;
  const part = worseAnswer(number, 2);
  const [primary, shadow] = { same: [whole, whole], worse: [whole, part], better: [part, whole] }[quality] as [
    string,
    string,
  ];
  const trial = producer.call(startedAt, { ...answer(primary, number), model } as Leg, {
    small: answer(shadow, 10_000 + number),
  });
  const content = caseOf(number).request.replace('[user]\n', '');
  Object.assign(trial, { input: { kind: 'text', messages: [{ role: 'user', parts: [{ type: 'text', content }] }] } });
  return trial.legs['small']?.pairId ?? '';
}

/** Judgements of a run, by what became of them. */
export async function statuses(database: Database, run: string): Promise<Readonly<Record<string, number>>> {
  const { rows } = await database.query<{ status: string; pairs: number }>(
    'select status, count(*) as pairs from understudy.judgements where run = $1 group by status',
    [run],
  );
  return Object.fromEntries(rows.map(({ status, pairs }) => [status, pairs]));
}
