import { encodeBatch } from '@understudy/instrumentation/trial';
import { expect, it } from 'vitest';
import { batchOf } from './fake-batch.test.support.js';
import { FakeQueue, type FakeState } from './fake-queue.test.support.js';
import { rewriteJobs, type RewrittenJobs } from './rewrite-jobs.js';

async function run(queue: FakeQueue): Promise<{ report: RewrittenJobs; seen: string[] }> {
  const seen: string[] = [];
  const report = await rewriteJobs({
    store: queue.store,
    seal: null,
    dryRun: false,
    waitMs: 0,
    change: (found) => {
      seen.push(`${found.producer}-${found.seq}`);
      return { ...found, seq: found.seq + 1000 };
    },
  });
  return { report, seen };
}

async function put(queue: FakeQueue, seq: number, state: FakeState): Promise<void> {
  queue.data.set(`p1-${seq}`, await encodeBatch(batchOf(seq)));
  queue.states.set(`p1-${seq}`, state);
}

it.each<[from: FakeState, to: FakeState, after: FakeState]>([
  ['delayed', 'waiting', 'waiting'],
  ['active', 'delayed', 'delayed'],
  ['active', 'waiting', 'waiting'],
  ['waiting', 'active', 'active'],
  ['waiting', 'completed', 'completed'],
])('meets a job that goes from %s to %s where %s jobs have been looked at', async (from, to, after) => {
  const queue = new FakeQueue((state, looks, { states }) => {
    // At the look behind the one at `after`, of the first time that states are gone through.
    if (state !== after && looks === 1 && passed) states.set('p1-1', to);
    if (state === after) passed = true;
  });
  let passed = false;
  await put(queue, 1, from);
  expect(await run(queue)).toMatchObject({ report: { changed: 1 }, seen: ['p1-1'] });
});

it('looks until nothing is found twice, and at each job once', async () => {
  const late = await encodeBatch(batchOf(2));
  const queue = new FakeQueue((state, looks, { states, data }) => {
    if (state !== 'waiting' || looks !== 3) return;
    data.set('p1-2', late);
    states.set('p1-2', 'waiting');
  });
  await put(queue, 1, 'waiting');
  const { report, seen } = await run(queue);
  expect(seen).toEqual(['p1-1', 'p1-2']);
  expect(report).toEqual({ changed: 2, unreadable: 0, sealed: 0, working: 0 });
});

it('says that it has not found all where something came each time', async () => {
  const encoded = await Promise.all(Array.from({ length: 100 }, async (_, seq) => await encodeBatch(batchOf(seq))));
  const queue = new FakeQueue((state, looks, { states, data }) => {
    if (state !== 'waiting') return;
    data.set(`p1-${looks}`, encoded[looks]);
    states.set(`p1-${looks}`, 'waiting');
  });
  expect((await run(queue)).report.working).toBeGreaterThan(0);
});

it('says which it could not read, once', async () => {
  const queue = new FakeQueue(() => undefined);
  await put(queue, 1, 'waiting');
  queue.data.set('p1-2', { v: 7 });
  queue.states.set('p1-2', 'failed');
  queue.data.set('p1-3', { v: 7 });
  queue.states.set('p1-3', 'active');
  expect((await run(queue)).report).toMatchObject({ changed: 1, unreadable: 2, working: 0 });
});
