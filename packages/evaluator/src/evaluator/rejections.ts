import { type Batch, decodeBatch, type RunId, type Seal, type Trial } from '@understudy/instrumentation/trial';
import { ContractError, messageOf, UnderstudyError } from '../errors.js';
import type { Rejection } from '../ledger/ledger.js';
import type { QueuedJob } from '../queue/consume-batches.js';

/** Where something put aside came from. */
export interface Origin {
  readonly job: QueuedJob;
  readonly batch: Batch;
}

/** An entry for something of a batch that can be read. */
export function rejectionIn({ job, batch }: Origin, code: string, message: string): Rejection {
  return { ...nowhere(job, code, message), producer: batch.producer, seq: batch.seq };
}

/** One entry for each arm of these trials, with its legs: what the funnel counts as aside. One that is missing is counted as dropped. */
export function rejectionsOfTrials(
  origin: Origin,
  run: RunId,
  trials: readonly Trial[],
  error: { readonly code: string; readonly message: string },
): readonly Rejection[] {
  const arms = Map.groupBy(
    trials.flatMap(({ legs }) =>
      Object.entries(legs).flatMap(([arm, { status }]) => (status === 'missing' ? [] : [arm])),
    ),
    (arm) => arm,
  );
  const data = JSON.stringify(trials);
  return [...arms].map(([arm, { length: legs }]) => ({
    ...rejectionIn(origin, error.code, error.message),
    run,
    arm,
    legs,
    data,
  }));
}

/** The entries for a whole job that cannot be done: one for itself, and where it can be read its legs by run and arm. */
export async function rejectionsOfJob(
  job: QueuedJob,
  error: unknown,
  seal: Seal | null,
): Promise<readonly Rejection[]> {
  const why = { code: UnderstudyError.isInstance(error) ? error.code : 'broken', message: messageOf(error) };
  const data = JSON.stringify(job.data) ?? null;
  const batch = error instanceof ContractError ? null : await decodeBatch(job.data, { seal }).catch(() => null);
  if (batch === null) {
    const name = /^([A-Za-z][A-Za-z0-9]*)-(\d{1,15})$/.exec(job.id);
    const seq = name === null ? null : Number(name[2]);
    return [{ ...nowhere(job, why.code, why.message), producer: name?.[1] ?? null, seq, data }];
  }
  const origin = { job, batch };
  const whole = { ...rejectionIn(origin, why.code, why.message), data };
  const runs = Map.groupBy(batch.trials, (trial) => trial.run);
  return [whole, ...[...runs].flatMap(([run, trials]) => rejectionsOfTrials(origin, run, trials, why))];
}

function nowhere({ id: job }: QueuedJob, code: string, message: string): Rejection {
  return { job, code, message, producer: null, seq: null, run: null, arm: null, legs: null, data: null };
}
