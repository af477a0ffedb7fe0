import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NANO_USD } from '@understudy/instrumentation/experiment';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startJudging } from '../../packages/evaluator/src/evaluator/judging/start-judging.js';
import { openStores, type Stores } from '../../packages/evaluator/src/evaluator/stores.js';
import { type Budgets, openBudgets } from '../../packages/evaluator/src/queue/budgets.js';
import { describeWithServers } from '../servers/found.js';
import { startPostgres } from '../servers/postgres.js';
import { startRedis } from '../servers/redis.js';
import { type JudgeServer, startJudgeServer } from './judge-server.js';
import { judgedRun } from './judged-runs.js';
import { storeWorse } from './store-worse.js';

const EVALUATORS = 3;
const CONCURRENCY = 4;
/** US dollars a million tokens. */
const PRICE = { input: 0.2, output: 1 };
const USAGE = { prompt_tokens: 1500, completion_tokens: 200 };
const CALL_USD = (USAGE.prompt_tokens * PRICE.input + USAGE.completion_tokens * PRICE.output) / 1e6;
/** More than is reserved for a call of these. */
const MOST_USD = 1e-3;
const PAIRS = 60;
const WAIT = { timeout: 45_000, interval: 100 };

/** Stores and evaluators of one kind, in which pairs are stored that wait to be judged. */
interface World {
  readonly stores: Stores;
  readonly server: JudgeServer;
  readonly now: () => number;
}

const spentAt = ({ requests }: JudgeServer, from: number): number => (requests.length - from) * CALL_USD;

async function send(
  { stores, server, now }: World,
  name: string,
  limits: { usd: number; usdPerHour?: number },
): Promise<void> {
  const { usd, ...hourly } = limits;
  const judged = judgedRun(
    name,
    { baseUrl: server.baseUrl, maxTokens: 256, concurrency: CONCURRENCY, ...hourly },
    { budget: { usd, prices: { 'judge-*': PRICE }, pace: false } },
  );
  await storeWorse(stores.ledger, judged, PAIRS, now);
}

const storeSpent = async (budgets: Budgets, name: string): Promise<number> =>
  ((await budgets.read()).find(({ experiment }) => experiment === name)?.spent ?? 0) / NANO_USD;

describe('several evaluators on one embedded store', () => {
  let folder: string;
  let world: World;
  let all: Stores[];
  const errors: string[] = [];
  // An hour that does not end within the test.
  const skew = Math.floor(Date.now() / 3_600_000) * 3_600_000 + 60_000 - Date.now();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-shared-'));
    const url = `embedded:${folder}`;
    const urls = { queueUrl: url, ledgerUrl: url };
    all = [await openStores(urls, { memory: true })];
    while (all.length < EVALUATORS) all.push(await openStores(urls));
    const server = await startJudgeServer();
    Object.assign(server, { usage: USAGE, delayMs: 5 });
    world = { stores: all[0]!, server, now: () => Date.now() + skew };
  });

  afterAll(async () => {
    for (const stores of all.toReversed()) await stores.close();
    await world.server.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function judged(name: string, limits: { usd: number; usdPerHour?: number }, until: number): Promise<number> {
    const from = world.server.requests.length;
    await send(world, name, limits);
    const evaluators = all.map((stores) => {
      const budgets = openBudgets(stores.queue);
      const onError = (error: unknown): void => void errors.push(String(error));
      const options = {
        store: stores.queue,
        ledger: stores.ledger,
        budgets,
        secrets: () => undefined,
        source: '',
        now: world.now,
        onError,
      };
      return { budgets, judging: startJudging(options) };
    });
    await expect.poll(() => spentAt(world.server, from), WAIT).toBeGreaterThanOrEqual(until);
    expect(errors).toEqual([]);
    for (const { judging } of evaluators) await judging.close(5_000);
    const [first] = evaluators;
    // What the provider would bill, and what the store says was spent, are the same to the nano-dollar once nothing is under way.
    if (first !== undefined) expect(await storeSpent(first.budgets, name)).toBeCloseTo(spentAt(world.server, from), 9);
    const asked = (await world.stores.ledger.snapshot({ now: world.now() })).asked.filter(
      ({ experiment }) => experiment === name,
    );
    const answered = asked.find(({ outcome }) => outcome === 'answered');
    expect(answered).toMatchObject({ who: 'judge', calls: world.server.requests.length - from });
    expect((answered?.cost ?? 0) / NANO_USD).toBeCloseTo(spentAt(world.server, from), 9);
    for (const { budgets } of evaluators) await budgets.close();
    return spentAt(world.server, from);
  }

  it('spends no more than the budget together, and nearly all of it', async () => {
    const usd = 0.06;
    const spent = await judged('total', { usd }, usd - EVALUATORS * MOST_USD);
    expect(spent).toBeLessThanOrEqual(usd);
  }, 90_000);

  it("spends no more than the hour's money together, and all but what calls under way may cost", async () => {
    const usdPerHour = 0.04;
    const spent = await judged('hourly', { usd: 10, usdPerHour }, usdPerHour - EVALUATORS * CONCURRENCY * MOST_USD);
    expect(spent).toBeLessThanOrEqual(usdPerHour);
  }, 90_000);
});

describeWithServers('several evaluators on Redis and PostgreSQL', () => {
  it('spend no more than the budget together, also where one of them is killed', async () => {
    const [redis, postgres, server] = [await startRedis(), await startPostgres(), await startJudgeServer()];
    Object.assign(server, { usage: USAGE, delayMs: 5 });
    const stores = await openStores({ queueUrl: redis.url, ledgerUrl: postgres.url });
    const budgets = openBudgets(stores.queue);
    const workers: ChildProcess[] = [];
    try {
      const usd = 0.06;
      await send({ stores, server, now: Date.now }, 'killed', { usd });
      const file = fileURLToPath(new URL('judging-worker.ts', import.meta.url));
      for (let at = 0; at < EVALUATORS; at += 1) {
        const worker = fork(file, [redis.url, postgres.url, '1000'], { stdio: 'inherit' });
        workers.push(worker);
        await once(worker, 'message');
      }
      await expect.poll(() => server.requests.length, { timeout: 30_000, interval: 2 }).toBeGreaterThan(50);
      workers[0]?.kill('SIGKILL');
      // A killed process leaves what it had reserved as spent: at most the calls it was waiting for, and what it had leased for the next ones.
      await expect.poll(() => spentAt(server, 0), WAIT).toBeGreaterThanOrEqual(usd / 2);
      await expect.poll(() => storeSpent(budgets, 'killed'), WAIT).toBeGreaterThanOrEqual(usd - EVALUATORS * MOST_USD);
      for (const worker of workers) worker.kill('SIGKILL');
      expect(spentAt(server, 0)).toBeLessThanOrEqual(usd);
    } finally {
      for (const worker of workers) worker.kill('SIGKILL');
      await budgets.close();
      await stores.close();
      await server.close();
      await redis.stop();
      await postgres.stop();
    }
  }, 120_000);
});
