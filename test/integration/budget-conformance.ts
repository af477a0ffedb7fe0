import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isUsedUp, type LeaseRequest, MOST_NANO_USD } from '@understudy/instrumentation/experiment';
import { openBudgets } from '../../packages/evaluator/src/queue/budgets.js';
import { openStore, type Store } from '../../packages/evaluator/src/queue/store.js';
import { QUEUES } from '../../packages/instrumentation/src/experiment/store.js';
import { queueStore } from '../../packages/instrumentation/src/queue/open-store.js';
import type { QueueConnection } from '../../packages/instrumentation/src/queue/queue-connection.js';
import { ModelStore } from '../budget/model-store.js';
import { seeded } from '../simulation/random.js';
import type { QueuePlace } from './queue-conformance.js';

const BASE: LeaseRequest = {
  experiment: 'e',
  lease: 'a',
  seq: 1,
  fresh: true,
  limit: 1000,
  settled: 0,
  inFlight: 0,
  least: 10,
  smallest: 10,
  reserve: 100,
  atRisk: 40,
  ttlMs: 60_000,
  seen: 0,
  pace: null,
};

/** What every place that can hold the queue must do with leases of money. */
export function testBudgets(name: string, place: () => Promise<QueuePlace>): void {
  describe(`budgets on ${name}`, () => {
    let at: QueuePlace;
    let store: Store;
    let connection: QueueConnection;

    beforeAll(async () => {
      at = await place();
      store = await openStore(at.url, { memory: true });
      connection = await queueStore(at.url, 10_000).open();
    });
    afterAll(async () => {
      connection.close();
      await store.close();
      await at.end();
    });

    it('are granted, settled and given back', async () => {
      const first = await connection.lease(BASE);
      expect(first).toMatchObject({ status: 'granted', reserved: 100, atRisk: 40, spent: 0, reservedByOthers: 0 });
      const other = { ...BASE, lease: 'b', limit: 1000, reserve: 900, atRisk: 900 };
      // Half of what is free at a time, so that nobody takes all.
      expect(await connection.lease(other)).toMatchObject({ reserved: 450, reservedByOthers: 100 });
      const paid = { ...BASE, seq: 2, fresh: false, settled: 30 };
      expect(await connection.lease(paid)).toMatchObject({ reserved: 100, spent: 30, reservedByOthers: 450 });
      // The same word again, and one that was overtaken.
      expect(await connection.lease(paid)).toMatchObject({ reserved: 100, spent: 30 });
      expect(await connection.lease({ ...BASE, seq: 1, atRisk: 5 })).toMatchObject({ atRisk: 40, spent: 30 });
      expect(await connection.lease({ ...paid, seq: 3, settled: 35, inFlight: 7, ttlMs: 0 })).toMatchObject({
        reserved: 0,
        spent: 42,
      });
      expect(await connection.lease({ ...paid, seq: 4 })).toMatchObject({ status: 'lost', spent: 42 });
    });

    it('are read by experiment', async () => {
      const reader = openBudgets(store);
      const budgets = await reader.read();
      await reader.close();
      expect(budgets.find(({ experiment }) => experiment === 'e')).toEqual({
        experiment: 'e',
        limit: 1000,
        spent: 42,
        reserved: 450,
        least: 10,
        halvings: 0,
      });
    });

    it('come back where the store has lost them, and are never turned back', async () => {
      const budgets = openBudgets(store);
      const known = { experiment: 'lost', limit: 5000, spent: 1234, reserved: 77, least: 10, halvings: 3 };
      await budgets.remind(known);
      await budgets.remind({ ...known, spent: 1000 });
      expect((await budgets.read()).find(({ experiment }) => experiment === 'lost')).toMatchObject({
        limit: 5000,
        spent: 1234,
        reserved: 0,
        least: 10,
      });
      await budgets.close();
    });

    it('count what was at risk when a lease ends by itself, and no more', async () => {
      const request = { ...BASE, experiment: 'ends', ttlMs: 1 };
      await connection.lease(request);
      await new Promise((resolve) => setTimeout(resolve, 10));
      const other = await connection.lease({ ...request, lease: 'b', ttlMs: 60_000 });
      expect(other).toMatchObject({ spent: 40, reservedByOthers: 0 });
      expect(await connection.lease({ ...request, seq: 2, fresh: false, settled: 40 })).toMatchObject({
        status: 'lost',
        spent: 40,
      });
    });

    it('are told what was spent where they have forgotten it', async () => {
      const request = { ...BASE, experiment: 'forgot', seen: 700 };
      expect(await connection.lease(request)).toMatchObject({ spent: 700, reserved: 100 });
    });

    it('hold numbers of many digits', async () => {
      const limit = 1e6 * 1e9;
      const request = { ...BASE, experiment: 'rich', limit, reserve: limit, atRisk: limit, least: 123_456_789_012_345 };
      const first = await connection.lease(request);
      expect(first.reserved).toBe(limit / 2);
      const next = { ...request, seq: 2, fresh: false, settled: 987_654_321_098_765 };
      expect(await connection.lease(next)).toMatchObject({ spent: 987_654_321_098_765, reserved: 12_345_678_901_235 });
    });

    it('keep the smallest call that any process has seen, whatever others ask that have seen none', async () => {
      const request = { ...BASE, experiment: 'small', smallest: 0 };
      expect((await connection.lease(request)).least).toBe(0);
      expect((await connection.lease({ ...request, seq: 2, smallest: 7 })).least).toBe(7);
      expect((await connection.lease({ ...request, lease: 'idle' })).least).toBe(7);
      expect((await connection.lease({ ...request, seq: 3, smallest: 9 })).least).toBe(7);
      expect((await connection.lease({ ...request, seq: 4, smallest: 3 })).least).toBe(3);
      const reader = openBudgets(store);
      const budgets = await reader.read();
      await reader.close();
      expect(budgets.find(({ experiment }) => experiment === 'small')?.least).toBe(3);
    });

    it('are used up, and not broken, by amounts that are too large to be added up', async () => {
      const limit = 1e15;
      const claimed = Number.MAX_SAFE_INTEGER;
      const request = { ...BASE, experiment: 'claimed', limit };
      await connection.lease(request);
      await connection.lease({ ...request, lease: 'b' });
      const large = { settled: claimed, inFlight: claimed, least: claimed, reserve: 1e300, atRisk: Infinity };
      for (const lease of ['a', 'b']) {
        const reply = await connection.lease({ ...request, ...large, lease, seq: 2, fresh: false });
        expect(reply).toMatchObject({ status: 'granted', spent: MOST_NANO_USD, atRisk: MOST_NANO_USD });
      }
      const ended = await connection.lease({ ...request, ...large, seq: 3, fresh: false, ttlMs: 0, seen: 1e300 });
      expect(ended).toMatchObject({ spent: MOST_NANO_USD });
      expect(await connection.lease({ ...request, lease: 'c' })).toMatchObject({ spent: MOST_NANO_USD, reserved: 0 });
    });

    it('are used up, and not broken, where the store holds an amount that is too large', async () => {
      const request = { ...BASE, experiment: 'overflown' };
      await connection.lease(request);
      await setSpent(store, 'overflown', '9007199254740989952');
      const again = { ...request, seq: 2, fresh: false };
      expect(await connection.lease(again)).toMatchObject({ status: 'granted', spent: MOST_NANO_USD, reserved: 0 });
      await setSpent(store, 'overflown', '9007199254740989952');
      const reader = openBudgets(store);
      const budget = (await reader.read()).find(({ experiment }) => experiment === 'overflown');
      await reader.close();
      expect(budget).toMatchObject({ spent: MOST_NANO_USD });
      expect(budget !== undefined && isUsedUp(budget)).toBe(true);
    });

    it('keep the pace that was fixed first', async () => {
      const request = { ...BASE, experiment: 'paced' };
      expect((await connection.lease(request)).pace).toBeNull();
      const fixed = await connection.lease({ ...request, seq: 2, pace: { from: 0, halvings: 5 } });
      expect(fixed.pace).toEqual({ at: fixed.now, spent: 0, halvings: 5 });
      const late = await connection.lease({ ...request, seq: 3, pace: { from: 0, halvings: 2 } });
      expect(late.pace).toEqual(fixed.pace);
      await new Promise((resolve) => setTimeout(resolve, 5));
      const pace = { from: fixed.now, halvings: 3 };
      const next = await connection.lease({ ...request, seq: 4, settled: 9, pace });
      expect(next.pace).toEqual({ at: next.now, spent: 9, halvings: 3 });
    });

    it('do in any order what a model of them does', async () => {
      const random = seeded(7);
      const below = (most: number): number => Math.floor(random.next() * most);
      let now = 0;
      const model = new ModelStore(() => now);
      for (let step = 0; step < 300; step += 1) {
        const request: LeaseRequest = {
          ...BASE,
          experiment: 'any',
          lease: `l${below(5)}`,
          seq: Math.max(1, step - below(4)),
          fresh: random.chance(0.5),
          limit: 5000 + below(2000),
          settled: step * below(3),
          inFlight: below(30),
          least: below(50),
          smallest: below(50),
          reserve: below(2000),
          atRisk: below(600),
          ttlMs: [0, 1, 5, 60_000, 60_000][below(5)] ?? 0,
          seen: random.chance(0.05) ? below(3000) : 0,
          pace: random.chance(0.3)
            ? { from: random.chance(0.7) ? (model.pace?.at ?? 0) : below(9), halvings: below(9) }
            : null,
        };
        const reply = await connection.lease(request);
        now = reply.now;
        expect(model.apply(request), `step ${step}`).toEqual(reply);
      }
    });

    it('are never granted twice, however many ask at once', async () => {
      const holders = Array.from({ length: 6 }, async (_, holder) => {
        const own = await queueStore(at.url, 10_000).open();
        let settled = 0;
        const replies = [];
        for (let seq = 1; seq <= 25; seq += 1) {
          const request = {
            ...BASE,
            experiment: 'many',
            lease: `h${holder}`,
            limit: 20_000,
            reserve: 500,
            atRisk: 300,
          };
          const reply = await own.lease({ ...request, seq, fresh: seq === 1, settled });
          replies.push(reply);
          // All that was granted is spent at once.
          settled += reply.atRisk;
        }
        await own.lease({ ...BASE, experiment: 'many', lease: `h${holder}`, seq: 99, fresh: false, settled, ttlMs: 0 });
        own.close();
        return { settled, replies };
      });
      const ended = await Promise.all(holders);
      const total = ended.reduce((sum, { settled }) => sum + settled, 0);
      for (const { replies } of ended)
        for (const { spent, reserved, reservedByOthers } of replies)
          expect(spent + reserved + reservedByOthers).toBeLessThanOrEqual(20_000);
      const { spent } = await connection.lease({ ...BASE, experiment: 'many', lease: 'last', ttlMs: 0 });
      expect(spent).toBe(total);
      expect(total).toBe(20_000);
    });
  });
}

/** As an earlier version may have left it. */
async function setSpent({ address, postgresUrl }: Store, experiment: string, spent: string): Promise<void> {
  if (address.kind === 'redis') {
    const client = new Redis(address.url);
    await client.hset(`${QUEUES.prefix}:understudy-budgets:${experiment}`, 'spent', spent);
    client.disconnect();
    return;
  }
  const client = new pg.Client({ connectionString: postgresUrl ?? '' });
  await client.connect();
  const table = `${QUEUES.postgresSchema}.understudy_budgets`;
  await client.query(`update ${table} set spent = $2 where experiment = $1`, [experiment, spent]);
  await client.end();
}
