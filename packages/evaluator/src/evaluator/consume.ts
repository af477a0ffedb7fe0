import { resolveRun } from '@understudy/instrumentation/experiment';
import { AA_ARM, type Batch, decodeBatch, type RunId, type Trial } from '@understudy/instrumentation/trial';
import type { Emitter } from '../emit/telemetry.js';
import { ConfigurationError, ContractError } from '../errors.js';
import type { Ledger, PairRow, RegisteredRun, Rejection } from '../ledger/ledger.js';
import { type OnBroken, scoreTrial } from '../score/score-trial.js';
import { createRunFinder } from './find-run.js';
import { createPace } from './pace.js';
import { rowsOf } from './rows.js';

/** A job as the queue hands it over. */
export interface BatchJob {
  readonly id: string;
  readonly data: unknown;
}

/** What a worker needs. */
export interface Consuming {
  readonly ledger: Ledger;
  readonly emitter: Pick<Emitter, 'pair'>;
  /** Epoch ms. */
  readonly now: () => number;
  readonly onBroken: OnBroken;
  /** Told of what was put aside. */
  readonly onRejected: (rejections: readonly Rejection[]) => void;
}

/**
 * Makes the worker's one function: decode, register, score, store, emit.
 *
 * It resolves for everything that can be read or never will be (put aside, with its typed error), and rejects only where
 * trying again can help: the ledger is away.
 */
export function createConsumer(consuming: Consuming): (job: BatchJob) => Promise<void> {
  const { ledger, emitter, now, onBroken, onRejected } = consuming;
  const findRun = createRunFinder(ledger, { now });

  async function aside(rejections: readonly Rejection[]): Promise<void> {
    if (rejections.length === 0) return;
    await ledger.reject(rejections, now());
    onRejected(rejections);
  }

  return async (job) => {
    const batch = await decoded(job);
    if ('code' in batch) return aside([batch]);
    const rejections = await register(ledger, batch, job, now);
    const scored: ScoredRow[] = [];
    const runs = new Map<RunId, readonly Trial[]>();
    for (const trial of batch.trials) runs.set(trial.run, [...(runs.get(trial.run) ?? []), trial]);
    for (const [id, trials] of runs) {
      const run = await findRun(id);
      if (run === null) rejections.push(...unknownRun(job, batch, id, trials));
      else scored.push(...(await score(trials, run, { now, onBroken })));
    }
    rejections.push(...undeclared(job, batch, scored));
    await aside(rejections);
    const rows = scored.filter(({ row, run }) => isDeclared(row.arm, run));
    const { inserted } = await ledger.storeBatch(
      batch,
      rows.map(({ row }) => row),
      now(),
    );
    const fresh = new Set(inserted);
    for (const { row, run, startedAt, endedAt } of rows) {
      if (fresh.has(row.pair)) emitter.pair(row, run.experiment, { startedAt, endedAt });
    }
  };
}

interface ScoredRow {
  readonly row: PairRow;
  readonly run: RegisteredRun;
  readonly startedAt: number;
  readonly endedAt: number;
}

async function decoded({ id, data }: BatchJob): Promise<Batch | Rejection> {
  try {
    return await decodeBatch(data);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    const origin = /^([A-Za-z][A-Za-z0-9]*)-(\d{1,15})$/.exec(id);
    return {
      ...nowhere(id, error.code, error.message),
      producer: origin?.[1] ?? null,
      seq: origin === null ? null : Number(origin[2]),
      data: JSON.stringify(data) ?? null,
    };
  }
}

/** Registers the runs a batch announces; a definition that cannot be read is put aside under its id. */
async function register(ledger: Ledger, batch: Batch, job: BatchJob, now: () => number): Promise<Rejection[]> {
  const rejections: Rejection[] = [];
  for (const announcement of batch.runs) {
    try {
      await ledger.registerRun(resolveRun(announcement), now());
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      const { run } = announcement;
      const data = JSON.stringify(announcement);
      rejections.push({ ...of(job, batch, 'definition', error.message), run, data });
    }
  }
  return rejections;
}

async function score(
  trials: readonly Trial[],
  run: RegisteredRun,
  { now, onBroken }: Pick<Consuming, 'now' | 'onBroken'>,
): Promise<readonly ScoredRow[]> {
  const pace = createPace();
  const scored: ScoredRow[] = [];
  for (const trial of trials) {
    const startedAt = now();
    const rows = rowsOf(trial, run, scoreTrial(trial, { onBroken }));
    const endedAt = now();
    scored.push(...rows.map((row) => ({ row, run, startedAt, endedAt })));
    await pace();
  }
  return scored;
}

function isDeclared(arm: string, { definition }: RegisteredRun): boolean {
  return arm === AA_ARM || Object.hasOwn(definition.candidates, arm);
}

function unknownRun(job: BatchJob, batch: Batch, run: RunId, trials: readonly Trial[]): readonly Rejection[] {
  const arms = new Map<string, number>();
  for (const arm of trials.flatMap((trial) => Object.keys(trial.legs))) arms.set(arm, (arms.get(arm) ?? 0) + 1);
  const message = `run ${run} was never announced, or its announcement could not be read`;
  const data = JSON.stringify(trials);
  return [...arms].map(([arm, legs]) => ({ ...of(job, batch, 'unknown_run', message), run, arm, legs, data }));
}

/** Legs of arms that their run does not have: one entry an arm. */
function undeclared(job: BatchJob, batch: Batch, scored: readonly ScoredRow[]): readonly Rejection[] {
  const foreign = scored.filter(({ row, run }) => !isDeclared(row.arm, run));
  const groups = Map.groupBy(foreign, ({ row }) => `${row.run} ${row.arm}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { run, arm } = first.row;
    const message = `arm ${arm} is no candidate of run ${run}`;
    const data = JSON.stringify(group.map(({ row }) => row));
    return [{ ...of(job, batch, 'unknown_arm', message), run, arm, legs: group.length, data }];
  });
}

function of({ id }: BatchJob, { producer, seq }: Batch, code: string, message: string): Rejection {
  return { ...nowhere(id, code, message), producer, seq };
}

function nowhere(job: string, code: string, message: string): Rejection {
  return { job, code, message, producer: null, seq: null, run: null, arm: null, legs: null, data: null };
}
