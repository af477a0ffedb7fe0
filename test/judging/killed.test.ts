import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStores, type Stores } from '../../packages/evaluator/src/evaluator/stores.js';
import { type Database, openDatabase } from '../../packages/evaluator/src/ledger/database.js';
import { describeWithPostgres, describeWithServers } from '../servers/found.js';
import { type PostgresServer, startPostgres } from '../servers/postgres.js';
import { startRedis } from '../servers/redis.js';
import { type JudgeServer, startJudgeServer } from './judge-server.js';
import { CANARIES, judgedRun, statuses } from './judged-runs.js';
import { storeWorse } from './store-worse.js';

const WORKER = fileURLToPath(new URL('judging-worker.ts', import.meta.url));
const PAIRS = 90;
const ORDERS = 2 * (PAIRS + CANARIES);
/** Pairs at once: so many calls a killed worker may have been waiting for. */
const CONCURRENCY = 2;

function testKilledWorker(
  name: string,
  open: () => Promise<{ queue: string; ledger: string; end(): Promise<void> }>,
): void {
  describe(`a judging process that is killed, its queue on ${name}`, () => {
    let urls: Awaited<ReturnType<typeof open>>;
    let stores: Stores;
    let server: JudgeServer;
    let database: Database;
    const workers: ChildProcess[] = [];

    beforeAll(async () => {
      [urls, server] = [await open(), await startJudgeServer()];
      stores = await openStores({ queueUrl: urls.queue, ledgerUrl: urls.ledger });
      database = openDatabase(urls.ledger);
    }, 30_000);

    afterAll(async () => {
      for (const worker of workers) worker.kill('SIGKILL');
      await database.close();
      await stores.close();
      await server.close();
      await urls.end();
    });

    async function startWorker(): Promise<ChildProcess> {
      const worker = fork(WORKER, [urls.queue, urls.ledger, '1000'], { stdio: 'inherit' });
      workers.push(worker);
      await once(worker, 'message');
      return worker;
    }

    it('loses no pair, and is paid for again at most for what it was waiting for', async () => {
      const judged = judgedRun('killed', { baseUrl: server.baseUrl, concurrency: CONCURRENCY });
      const { run } = judged;
      await storeWorse(stores.ledger, judged, PAIRS, Date.now);

      const first = await startWorker();
      await expect.poll(() => server.requests.length, { timeout: 30_000, interval: 5 }).toBeGreaterThan(ORDERS / 2);
      first.kill('SIGKILL');
      await once(first, 'exit');
      await startWorker();
      await expect.poll(() => statuses(database, run.id), { timeout: 40_000 }).toEqual({ judged: PAIRS });
      expect(server.requests.length).toBeGreaterThanOrEqual(ORDERS);
      expect(server.requests.length).toBeLessThanOrEqual(ORDERS + CONCURRENCY);
      expect(server.requests.length / ORDERS).toBeLessThanOrEqual(1.01);
      const { rows } = await database.query(
        `select health::json -> 'value' -> 'pairs' -> 'judged' as judged from understudy.judge_state where run = $1`,
        [run.id],
      );
      expect(rows).toEqual([{ judged: PAIRS }]);
    }, 90_000);
  });
}

describeWithPostgres('on PostgreSQL', () => {
  testKilledWorker('PostgreSQL', async () => {
    const server: PostgresServer = await startPostgres();
    return { queue: server.url, ledger: server.url, end: () => server.stop() };
  });
});

describeWithServers('on Redis and PostgreSQL', () => {
  testKilledWorker('Redis', async () => {
    const [redis, postgres] = [await startRedis(), await startPostgres()];
    return {
      queue: redis.url,
      ledger: postgres.url,
      end: async () => {
        await redis.stop();
        await postgres.stop();
      },
    };
  });
});
