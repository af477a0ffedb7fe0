import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JudgeDefinition } from '@understudy/instrumentation/experiment';
import { type Batch, encodeBatch, type RunId, type Seal } from '@understudy/instrumentation/trial';
import { createHandlers } from '../../packages/evaluator/src/evaluator/consume.js';
import { createDrawing } from '../../packages/evaluator/src/evaluator/judging/draw-pairs.js';
import { judgePairOf, type PairOutcome } from '../../packages/evaluator/src/evaluator/judging/judge-pair.js';
import { rejudge, type RejudgeReport } from '../../packages/evaluator/src/evaluator/judging/rejudge.js';
import { createRunJudges, type RunJudges } from '../../packages/evaluator/src/evaluator/judging/run-judges.js';
import { tryJudge, type TrialOutcome } from '../../packages/evaluator/src/evaluator/judging/try-judge.js';
import { type Database, openDatabase } from '../../packages/evaluator/src/ledger/database.js';
import type { JudgeState, JudgeTask } from '../../packages/evaluator/src/ledger/judging/judging-ledger.js';
import type { Ledger } from '../../packages/evaluator/src/ledger/ledger.js';
import { openLedger } from '../../packages/evaluator/src/ledger/open.js';
import { openBudgets } from '../../packages/evaluator/src/queue/budgets.js';
import { openStore } from '../../packages/evaluator/src/queue/store.js';
import { HandProducer, wholeSlice } from '../evaluator/batches.js';
import { callAbout, type JudgedRun, type Quality } from './judged-runs.js';

/** Judging on an embedded ledger, step by step, by a clock of the test's own. */
export interface JudgingBench {
  readonly ledger: Ledger;
  readonly database: Database;
  readonly judges: RunJudges;
  readonly errors: unknown[];
  /** Of the store. */
  readonly folder: string;
  /** Epoch ms. */
  now: number;
  readonly secrets: Record<string, string>;
  store(batch: Batch): Promise<void>;
  /** Stores pairs of these qualities, in turn; gives their ids. */
  send(judged: JudgedRun, count: number, qualities: readonly Quality[], model?: string): Promise<readonly string[]>;
  try(run: RunId): Promise<readonly TrialOutcome[]>;
  /** Judges what is due, one after the other. */
  judgeDue(limit?: number): Promise<readonly PairOutcome[]>;
  judge(task: JudgeTask): Promise<PairOutcome>;
  /** Judges the pairs of a run again, by another judge. */
  rejudge(
    judged: JudgedRun,
    change: Partial<JudgeDefinition>,
    options?: { dryRun?: boolean; limit?: number },
  ): Promise<RejudgeReport>;
  /** Of the run's judge, by the rubric that is here. */
  hashOf(judged: JudgedRun): string;
  /** Of the run's judge. @throws where the run has none. */
  stateOf(judged: JudgedRun): Promise<JudgeState>;
  tasks(run: RunId): Promise<readonly JudgeTask[]>;
  /** Another process: nothing of what this one had in its memory is known. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function openJudgingBench(seal: Seal | null = null): Promise<JudgingBench> {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-judging-'));
  const store = await openStore(`embedded:${folder}`, { memory: true });
  const url = store.postgresUrl ?? '';
  const ledger = await openLedger(url, Date.now(), { seal });
  const database = openDatabase(url, { connections: 1 });
  const budgets = openBudgets(store);
  const secrets: Record<string, string> = {};
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const now = (): number => bench.now;
  const makeJudges = () =>
    createRunJudges({
      source: '',
      secrets: (reference) => ('env' in reference ? secrets[reference.env] : undefined),
      ledger: ledger.judging,
      budgets,
      now,
      onError,
    });
  let judges = makeJudges();
  const working = () => ({ ledger, judges, now, random: () => 0, signal: new AbortController().signal, onError });
  let producers = 0;
  // The same texts are the same question, which is paid for once: each call is about a case of its own.
  let cases = 0;

  const bench: JudgingBench = {
    ledger,
    database,
    get judges() {
      return judges;
    },
    folder,
    errors,
    secrets,
    now: Date.now(),
    async store(batch) {
      const handlers = createHandlers({
        ledger,
        emitter: { pair: () => undefined },
        now,
        judging: { draw: createDrawing(ledger.judging, judges, onError), judges },
        pause: async () => undefined,
        onBroken: () => undefined,
        onRejected: (rejections) => errors.push(...rejections.map(({ message }) => message)),
      });
      await handlers.handle({ id: `${batch.producer}-${batch.seq}`, data: await encodeBatch(batch) });
    },
    async send({ run, announce }, count, qualities, model) {
      const start = wholeSlice(bench.now - 2000);
      const producer = new HandProducer(`p${(producers += 1)}`, run, start);
      await bench.store(announce(producer));
      const pairs = Array.from({ length: count }, (_, at) =>
        callAbout(producer, (cases += 1), start + at, qualities[at % qualities.length] ?? 'same', model),
      );
      const batch = producer.batch();
      await bench.store(batch);
      // At least once: the second time changes nothing.
      await bench.store(batch);
      return pairs;
    },
    async try(run) {
      const outcomes: TrialOutcome[] = [];
      for (const one of await ledger.judging.untried(bench.now))
        if (one.run === run) outcomes.push(await tryJudge(one, working()));
      return outcomes;
    },
    async judgeDue(limit = 100) {
      const outcomes: PairOutcome[] = [];
      for (const task of await ledger.judging.claim({ now: bench.now, leaseMs: 60_000, limit }))
        outcomes.push(await judgePairOf(task, working()));
      return outcomes;
    },
    judge: (task) => judgePairOf(task, working()),
    async rejudge({ run: { id } }, change, { dryRun = false, limit = Infinity } = {}) {
      const run = await ledger.findRun(id);
      const { judge = null } = run?.definition ?? {};
      if (run === null || judge === null) throw new Error('expected a run with a judge');
      return rejudge({
        ledger: ledger.judging,
        judges,
        run,
        definition: { ...judge, ...change },
        bounds: { concurrency: 2, perMinute: null, usdPerHour: null, timeoutMs: 10_000, budget: null },
        limit,
        dryRun,
        now,
        signal: new AbortController().signal,
        onProgress: () => undefined,
      });
    },
    hashOf({ run }) {
      const { judge } = run.definition;
      return judge === null ? '' : judges.hashOf(run, judge);
    },
    async stateOf({ run }) {
      const judge = await ledger.judging.mainJudge(run.id);
      const state = await ledger.judging.state(run.id, judge ?? '');
      if (state === null) throw new Error('expected the run to have a judge');
      return state;
    },
    async tasks(run) {
      const { rows } = await database.query<JudgeTask>(
        'select run, pair::text as pair, judge from understudy.judgements where run = $1 order by pair',
        [run],
      );
      return rows;
    },
    async restart() {
      await judges.close();
      judges = makeJudges();
    },
    async close() {
      await judges.close();
      await budgets.close();
      await database.close();
      await ledger.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return bench;
}
