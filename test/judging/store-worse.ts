import { encodeBatch } from '@understudy/instrumentation/trial';
import { expect } from 'vitest';
import { createHandlers } from '../../packages/evaluator/src/evaluator/consume.js';
import { createDrawing } from '../../packages/evaluator/src/evaluator/judging/draw-pairs.js';
import { createRunJudges } from '../../packages/evaluator/src/evaluator/judging/run-judges.js';
import type { Ledger } from '../../packages/evaluator/src/ledger/ledger.js';
import { HandProducer, wholeSlice } from '../evaluator/batches.js';
import { callAbout, type JudgedRun } from './judged-runs.js';

/** Stores so many pairs of a run, the candidate's answer worse in each, as an evaluator does that judges none itself. */
export async function storeWorse(
  ledger: Ledger,
  { run, announce }: JudgedRun,
  pairs: number,
  now: () => number,
): Promise<void> {
  const onError = (error: unknown): void => expect.unreachable(String(error));
  const judges = createRunJudges({
    source: '',
    secrets: () => undefined,
    ledger: ledger.judging,
    budgets: { lease: () => Promise.reject(new Error('nobody is asked here')) },
    now,
    onError,
  });
  const { handle } = createHandlers({
    ledger,
    emitter: { pair: () => undefined },
    now,
    judging: { draw: createDrawing(ledger.judging, judges, onError), judges },
    onBroken: () => undefined,
    onRejected: onError,
  });
  const start = wholeSlice(now() - 2000);
  const name = `p${run.experiment}`;
  const producer = new HandProducer(name, run, start);
  await handle({ id: `${name}-0`, data: await encodeBatch(announce(producer)) });
  for (let at = 0; at < pairs; at += 1) callAbout(producer, at, start + at, 'worse');
  await handle({ id: `${name}-1`, data: await encodeBatch(producer.batch()) });
  await judges.close();
}
