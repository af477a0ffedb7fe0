import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceTask } from '../../bench/load/service.js';
import { type ProviderProcess, startProviderProcess } from '../../bench/load/start-provider.js';
import { type EvaluatorProcess, startEvaluatorProcess } from '../../bench/load/start-evaluator.js';
import { type Ended, startServiceProcess } from '../../bench/load/start-service.js';
import { migrateQueue } from '../../packages/evaluator/src/queue/migrate.js';
import { embeddedPostgresUrl, readEmbeddedOwner } from '../../packages/instrumentation/src/experiment/store.js';
import { startPostgres } from '../servers/postgres.js';
import { startRedis } from '../servers/redis.js';
import { scaled } from './scale.js';

export const STORES = ['redis', 'postgres', 'embedded'] as const;
export type StoreName = (typeof STORES)[number];

/** A queue and its ledger, and how to make the queue silent. */
export interface Store extends AsyncDisposable {
  readonly queueUrl: string;
  /** For a look at the ledger: of an embedded one, its owner's address. */
  ledgerUrl(): string;
  readonly evaluator: EvaluatorProcess;
  hang(): void;
  resume(): void;
}

export const SETTINGS = { delayMs: 50, pieceMs: 50, pieces: 20, answerChars: 1000 } as const;

export async function startStore(name: StoreName): Promise<Store> {
  if (name === 'embedded') {
    const folder = await mkdtemp(join(tmpdir(), 'understudy-shutdown-'));
    const queueUrl = `embedded:${join(folder, 'store')}`;
    const evaluator = await startEvaluatorProcess(queueUrl, queueUrl);
    return {
      queueUrl,
      ledgerUrl: () => embeddedPostgresUrl(readEmbeddedOwner(join(folder, 'store'))),
      evaluator,
      // Its owner is the store.
      hang: () => void evaluator.child.kill('SIGSTOP'),
      resume: () => void evaluator.child.kill('SIGCONT'),
      async [Symbol.asyncDispose]() {
        await evaluator[Symbol.asyncDispose]();
        await rm(folder, { recursive: true, force: true });
      },
    };
  }
  const postgres = await startPostgres();
  const redis = name === 'redis' ? await startRedis({ appendonly: true }) : null;
  const ledgerUrl = await postgres.createDatabase();
  const queueUrl = redis?.url ?? ledgerUrl;
  if (redis === null) await migrateQueue(queueUrl);
  const evaluator = await startEvaluatorProcess(queueUrl, ledgerUrl);
  const server = redis ?? postgres;
  return {
    queueUrl,
    ledgerUrl: () => ledgerUrl,
    evaluator,
    hang: () => server.pause(),
    resume: () => server.resume(),
    async [Symbol.asyncDispose]() {
      server.resume();
      await evaluator[Symbol.asyncDispose]();
      await redis?.stop();
      await postgres.stop();
    },
  };
}

/** Of the ten seconds of grace; the rest is for what a service does beside our shutdown: its last export, its exit. */
const SHUTDOWN_MS = 8000;

/** What is hung from a moment before the signal until the process has ended. */
export type Hung = 'nothing' | 'queue' | 'candidate';

/** A moment: long enough that what is hung is under way. */
const HUNG_BEFORE_MS = 1500;

export interface Stopping {
  readonly onTerm: ServiceTask['onTerm'];
  /** Of its own: another service's run is another one, since its candidate is elsewhere. */
  readonly experiment: string;
  readonly hung: Hung;
  /** Null: the service without us. */
  readonly queueUrl: string | null;
  readonly store: Store | null;
}

/** A service under load that is told to stop, and how it ended. */
export async function stopUnderLoad({ onTerm, experiment, hung, queueUrl, store }: Stopping): Promise<Ended> {
  await using primary = await startProviderProcess(SETTINGS);
  await using candidate: ProviderProcess = await startProviderProcess(SETTINGS);
  const task: ServiceTask = {
    calls: { url: primary.url, promptChars: 1000, answerChars: SETTINGS.answerChars, pieces: SETTINGS.pieces },
    perSecond: 40,
    collectorUrl: primary.collectorUrl,
    understudy:
      queueUrl === null
        ? null
        : {
            queueUrl,
            experiment: {
              name: experiment,
              candidate: { model: 'gpt-5-mini', baseUrl: candidate.url },
              sample: { rate: 1 },
              noise: { rate: 0 },
              slice: { lengthMs: 1000, deadlineMs: 60_000 },
              shadow: { timeoutMs: 30_000 },
              governor: { pauseMs: 0, eventLoopMs: 10_000, eventLoopShare: 1 },
              policy: { gates: { errors: {} } },
            },
          },
    onTerm,
    graceMs: SHUTDOWN_MS,
  };
  await using service = await startServiceProcess(task);
  await sleep(scaled(10_000, 2000));
  if (hung === 'queue') store?.hang();
  if (hung === 'candidate') await candidate.order({ models: 'slow' });
  if (hung !== 'nothing') await sleep(HUNG_BEFORE_MS);
  try {
    return await service.terminate();
  } finally {
    store?.resume();
  }
}
