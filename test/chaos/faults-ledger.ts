import { createPostgresBackend, Queue } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLedger } from '../../packages/evaluator/src/ledger/open.js';
import type { FunnelState } from '../../packages/evaluator/src/ledger/snapshot.js';
import { QUEUES } from '../../packages/instrumentation/src/experiment/store.js';

/** Batches that lie in a queue and are not done. */
export interface QueueCount {
  count(): Promise<number>;
  /** Of those put there since this time, epoch ms. */
  countSince(at: number): Promise<number>;
  /** Until it is empty, twice in a row. @throws after `timeoutMs`. */
  drained(timeoutMs: number): Promise<void>;
}

const NOT_DONE = ['wait', 'prioritized', 'active', 'delayed'] as const;

/** Looks into a queue from outside. Connects anew for each look: the server may have been killed since. */
export function queueAt(url: string): QueueCount {
  async function look<Result>(how: (queue: Queue) => Promise<Result>): Promise<Result> {
    const { queue, close } = url.startsWith('redis') ? onRedis(url) : onPostgres(url);
    try {
      return await how(queue);
    } finally {
      await close();
    }
  }
  const count = (): Promise<number> => look((queue) => queue.getJobCountByTypes(...NOT_DONE));
  return {
    count,
    countSince: (at) =>
      look(async (queue) => {
        const jobs = await queue.getJobs([...NOT_DONE]);
        return jobs.filter((job) => job !== undefined && job.timestamp >= at).length;
      }),
    async drained(timeoutMs) {
      const until = performance.now() + timeoutMs;
      for (let empty = 0; empty < 2; await sleep(50)) {
        const left = await count().catch(() => -1);
        empty = left === 0 ? empty + 1 : 0;
        if (performance.now() > until) throw new Error(`${left} batches were left in the queue after ${timeoutMs} ms`);
      }
    },
  };
}

interface Opened {
  readonly queue: Queue;
  close(): Promise<void>;
}

function onRedis(url: string): Opened {
  const client = new Redis(url, { maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  const queue = new Queue(QUEUES.pairs, { connection: client, prefix: QUEUES.prefix, skipMetasUpdate: true });
  queue.on('error', () => undefined);
  return { queue, close: async () => client.disconnect() };
}

function onPostgres(url: string): Opened {
  const pool = new pg.Pool({ connectionString: url, max: 1, options: `-c search_path=${QUEUES.postgresSchema}` });
  pool.on('error', () => undefined);
  const Made = Queue as unknown as new (name: string, options: object, backend: unknown) => Queue;
  const queue = new Made(QUEUES.pairs, { connection: pool, skipMetasUpdate: true }, createPostgresBackend);
  queue.on('error', () => undefined);
  return { queue, close: () => pool.end() };
}

/** Legs of an experiment whose call started in this time, epoch ms, by arm. */
export async function storedBetween(url: string, experiment: string, from: number, to: number): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ legs: string }>(
      `select count(*) as legs from understudy.pairs p join understudy.runs r using (run)
       where r.experiment = $1 and p.call >= $2 and p.call <= $3`,
      [experiment, bound(from, '0'), bound(to, 'f')],
    );
    return Number(rows[0]?.legs ?? 0);
  } finally {
    await client.end();
  }
}

/** The smallest or the largest UUIDv7 of a millisecond. */
function bound(ms: number, digit: '0' | 'f'): string {
  const time = Math.floor(ms).toString(16).padStart(12, '0');
  const rest = digit.repeat(4);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${digit.repeat(3)}-${digit === '0' ? '8' : 'b'}${rest.slice(1)}-${digit.repeat(12)}`;
}

/** What the ledger says of an experiment's arms when every deadline has passed, and how many batches it has put aside. */
export async function funnelsOf(
  url: string,
  experiment: string,
): Promise<{ readonly arms: readonly FunnelState[]; readonly rejected: number }> {
  const ledger = await openLedger(url, Date.now());
  try {
    const { runs, rejected } = await ledger.snapshot({ now: Date.now() + 60_000 });
    const found = runs.filter(({ run }) => run.experiment === experiment);
    return {
      arms: found.flatMap(({ arms }) => Object.values(arms).map(({ funnel }) => funnel)),
      rejected: rejected.count,
    };
  } finally {
    await ledger.close();
  }
}
