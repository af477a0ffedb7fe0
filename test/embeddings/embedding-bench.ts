import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  boundsOf,
  type EmbeddingsInput,
  type ExperimentInput,
  resolveExperiment,
  type Run,
  runOf,
} from '@understudy/instrumentation/experiment';
import { type Batch, encodeBatch, type Seal, type Trial } from '@understudy/instrumentation/trial';
import { createHandlers } from '../../packages/evaluator/src/evaluator/consume.js';
import { createEmbedder, type Embedder } from '../../packages/evaluator/src/evaluator/embedding/embedder.js';
import { type Database, openDatabase } from '../../packages/evaluator/src/ledger/database.js';
import type { Ledger } from '../../packages/evaluator/src/ledger/ledger.js';
import { openLedger } from '../../packages/evaluator/src/ledger/open.js';
import { type Budgets, openBudgets } from '../../packages/evaluator/src/queue/budgets.js';
import { openStore } from '../../packages/evaluator/src/queue/store.js';
import { answer, HandProducer, wholeSlice } from '../evaluator/batches.js';
import { SECRET } from './embedding-server.js';

/** What the legs of a call say. */
export type Said = readonly [primary: string, shadow: string, aa: string];

export interface StoredScores {
  readonly ab: Readonly<Record<string, number | null>>;
  readonly aa: Readonly<Record<string, number | null>>;
}

/** Batches scored with embeddings into an embedded ledger, by a clock of the test's own that waiting moves on. */
export interface EmbeddingBench {
  ledger: Ledger;
  readonly database: Database;
  readonly budgets: Budgets;
  readonly errors: unknown[];
  readonly secrets: Record<string, string>;
  /** Epoch ms. */
  now: number;
  embedder: Embedder;
  /** What waiting does. Default: moves the clock on. */
  pause: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** A run, announced, whose embeddings are there. */
  run(name: string, embeddings: EmbeddingsInput | null, change?: Partial<ExperimentInput>): Promise<Run>;
  /** Stores a batch of these calls; gives the scores of its candidate, in order. */
  send(run: Run, said: readonly Said[], change?: (trial: Trial, at: number) => void): Promise<readonly StoredScores[]>;
  store(batch: Batch): Promise<void>;
  scores(trials: readonly Trial[]): Promise<readonly StoredScores[]>;
  /** Another process, with these keys: nothing of what this one had in its memory is known. */
  restart(seal?: Seal | null): Promise<void>;
  close(): Promise<void>;
}

export async function openEmbeddingBench(): Promise<EmbeddingBench> {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-embeddings-'));
  const store = await openStore(`embedded:${folder}`, { memory: true });
  const url = store.postgresUrl ?? '';
  const database = openDatabase(url, { connections: 1 });
  const budgets = openBudgets(store);
  const ledger = await openLedger(url, Date.now());
  const errors: unknown[] = [];
  const secrets: Record<string, string> = { EMBEDDING_KEY: SECRET };
  const producers = new Map<Run, HandProducer>();
  const makeEmbedder = (): Embedder =>
    createEmbedder({
      ledger: bench.ledger,
      budgets,
      secrets: (reference) => ('env' in reference ? secrets[reference.env] : undefined),
      now: () => bench.now,
      random: () => 0,
      pause: (ms, signal) => bench.pause(ms, signal),
      onError: (error) => errors.push(error),
    });

  const bench: EmbeddingBench = {
    ledger,
    database,
    budgets,
    errors,
    secrets,
    now: Date.now(),
    embedder: undefined as never,
    pause: async (ms) => void (bench.now += ms),
    async run(name, embeddings, change = {}) {
      const experiment = resolveExperiment({
        name,
        candidates: { small: { model: `small for ${name}` } },
        sample: { rate: 1 },
        noise: { rate: 1 },
        content: 'full',
        policy: { minPairs: 20, gates: { errors: { margin: 0.1 } } },
        embeddings,
        ...change,
      });
      const run = runOf(experiment);
      const producer = new HandProducer(`p${producers.size + 1}`, run, wholeSlice(bench.now));
      producers.set(run, producer);
      const { id, experiment: named, definition } = run;
      await bench.store(
        producer.batch({ runs: [{ run: id, experiment: named, definition, bounds: boundsOf(experiment) }] }),
      );
      return run;
    },
    async send(run, said, change) {
      const producer = producers.get(run);
      if (producer === undefined) throw new Error('a run of this bench');
      const trials = said.map(([primary, small, aa], at) => {
        const trial = producer.call(bench.now, answer(primary), { small: answer(small), aa: answer(aa) });
        change?.(trial, at);
        return trial;
      });
      await bench.store(producer.batch());
      return bench.scores(trials);
    },
    async store(batch) {
      const handlers = createHandlers({
        ledger: bench.ledger,
        emitter: { pair: () => undefined },
        embedder: bench.embedder,
        now: () => bench.now,
        pause: async () => undefined,
        onBroken: (scorer, error) => errors.push(`${scorer}: ${String(error)}`),
        onRejected: (rejections) => errors.push(...rejections.map(({ message }) => message)),
      });
      await handlers.handle({ id: `${batch.producer}-${batch.seq}`, data: await encodeBatch(batch) });
    },
    async scores(trials) {
      const { rows } = await database.query<{ call: string; numbers: { scores: StoredScores } }>(
        `select call::text as call, numbers from understudy.pairs where arm = 'small' and call = any($1::uuid[])`,
        [trials.map(({ callId }) => callId)],
      );
      const found = new Map(rows.map(({ call, numbers }) => [call, numbers.scores]));
      return trials.flatMap(({ callId }) => found.get(callId) ?? []);
    },
    async restart(seal = null) {
      await bench.embedder.close();
      await bench.ledger.close();
      bench.ledger = await openLedger(url, Date.now(), { seal });
      bench.embedder = makeEmbedder();
    },
    async close() {
      await bench.embedder.close();
      await budgets.close();
      await database.close();
      await bench.ledger.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  bench.embedder = makeEmbedder();
  return bench;
}
