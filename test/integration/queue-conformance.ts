import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { QUEUES } from '@understudy/instrumentation/experiment';
import { ContractError, StoreError } from '../../packages/evaluator/src/errors.js';
import { type Consumer, consumeBatches, type QueuedJob } from '../../packages/evaluator/src/queue/consume-batches.js';
import type { Queues } from '../../packages/evaluator/src/queue/queues.js';
import { openStore, type Store } from '../../packages/evaluator/src/queue/store.js';

/** Where the queue under test is. */
export interface QueuePlace {
  readonly url: string;
  end(): Promise<void>;
}

/** As producers put them. */
const KEPT = { removeOnComplete: { age: 3600, count: 10_000 } };
const QUICK = { first: 5, longest: 20 };

/** What every place that can hold the queue must do. */
export function testQueue(name: string, place: () => Promise<QueuePlace>): void {
  describe(`queue on ${name}`, () => {
    let at: QueuePlace;
    let store: Store;
    let producing: Queues;
    let queue: ReturnType<Queues['queue']>;
    const consumers: Consumer[] = [];
    let jobs = 0;

    beforeAll(async () => {
      at = await place();
      store = await openStore(at.url, { memory: true });
      producing = store.queues();
      queue = producing.queue(QUEUES.pairs);
      queue.on('error', () => undefined);
    });
    afterEach(async () => {
      for (const consumer of consumers.splice(0)) await consumer.close(2000);
    });
    afterAll(async () => {
      await queue.close();
      await producing.close();
      await store.close();
      await at.end();
    });

    const add = async (data: unknown, id: string = `p${name.length}-${(jobs += 1)}`): Promise<string> => {
      await queue.add('batch', data, { ...KEPT, jobId: id });
      return id;
    };

    interface Seen {
      readonly done: string[];
      readonly aside: string[];
      readonly errors: unknown[];
    }

    function consume(
      handle: (job: QueuedJob) => Promise<void>,
      more: { lockMs?: number; concurrency?: number } = {},
    ): Consumer & Seen {
      const seen: Seen = { done: [], aside: [], errors: [] };
      const consumer = consumeBatches({
        store,
        handle: async (job) => {
          await handle(job);
          seen.done.push(job.id);
        },
        aside: async (job) => void seen.aside.push(job.id),
        onError: (error) => seen.errors.push(error),
        pauseMs: QUICK,
        tries: 3,
        ...more,
      });
      consumers.push(consumer);
      return { ...consumer, ...seen };
    }

    const eventually = (see: () => unknown) => expect.poll(see, { timeout: 20_000, interval: 20 });

    it('hands over what was put in, and knows when it is drained', async () => {
      const data = { v: 1, bytes: 'x'.repeat(700_000) };
      const id = await add(data);
      const before = await consumeNothing();
      expect(before).toMatchObject({ waiting: 1, drained: false, reachable: true });
      expect(before.handledThrough).toBeLessThanOrEqual(Date.now());
      let got: unknown;
      const consumer = consume(async (job) => void (got = job.data));
      await eventually(() => consumer.done).toEqual([id]);
      expect(got).toEqual(data);
      await eventually(async () => (await consumer.state()).drained).toBe(true);
      const now = Date.now();
      expect((await consumer.state()).handledThrough).toBeGreaterThanOrEqual(now);
    });

    /** What can be seen of the queue without working on it. */
    async function consumeNothing() {
      const { createQueueWatch } = await import('../../packages/evaluator/src/queue/queue-watch.js');
      return createQueueWatch(Promise.resolve(queue), (ids) => producing.addedAt(QUEUES.pairs, ids), Date.now)();
    }

    it('holds the time up to which all is handled at the oldest job that is not', async () => {
      const id = await add({ v: 1 });
      const { timestamp } = (await queue.getJob(id))!;
      let release = (): void => undefined;
      const consumer = consume(() => new Promise<void>((resolve) => (release = resolve)));
      await eventually(async () => (await consumer.state()).active).toBe(1);
      expect((await consumer.state()).handledThrough).toBe(timestamp);
      release();
      await eventually(async () => (await consumer.state()).handledThrough > timestamp).toBe(true);
    });

    it('keeps what producers share: of all their words for a name, the first', async () => {
      const settings = producing.queue(QUEUES.settings);
      settings.on('error', () => undefined);
      const words = ['a', 'b', 'c'].map((bytes) => settings.add('salt', { v: 1, bytes }, { jobId: 'salt' }));
      await Promise.all(words);
      const first: unknown = (await settings.getJob('salt'))?.data;
      await settings.add('salt', { v: 1, bytes: 'd' }, { jobId: 'salt' });
      expect((await settings.getJob('salt'))?.data).toEqual(first);
      await settings.close();
    });

    it('runs the same id once', async () => {
      const consumer = consume(async () => undefined);
      const id = await add({ v: 1 });
      await add({ v: 1 }, id);
      await eventually(() => consumer.done).toEqual([id]);
      await add({ v: 1 }, id);
      const next = await add({ v: 1 });
      await eventually(() => consumer.done).toEqual([id, next]);
    });

    it('puts a job aside that cannot be read, at once, and goes on with the next', async () => {
      const bad = await add({ v: 9 });
      const good = await add({ v: 1 });
      let tried = 0;
      const consumer = consume(async ({ id }) => {
        if (id !== bad) return;
        tried += 1;
        throw new ContractError('version', 'expected version 1, got 9');
      });
      await eventually(() => [consumer.aside, consumer.done]).toEqual([[bad], [good]]);
      expect(tried).toBe(1);
      await eventually(async () => (await consumer.state()).drained).toBe(true);
      expect(await queue.getJobCounts('failed')).toEqual({ failed: 0 });
    });

    it('tries a job that fails by its own fault a few times, behind the others, then puts it aside', async () => {
      const bad = await add({ v: 1 });
      const good = await add({ v: 1 });
      let tried = 0;
      const consumer = consume(
        async ({ id }) => {
          if (id !== bad) return;
          tried += 1;
          throw new TypeError('a fault of ours');
        },
        { concurrency: 1 },
      );
      await eventually(() => consumer.done).toEqual([good]);
      await eventually(() => consumer.aside).toEqual([bad]);
      expect(tried).toBe(3);
    });

    it('waits as long as it takes for what is away, and loses nothing', async () => {
      const id = await add({ v: 1 });
      let tried = 0;
      const consumer = consume(async () => {
        tried += 1;
        if (tried < 12) throw new StoreError('the ledger is away');
      });
      await eventually(() => consumer.done).toEqual([id]);
      expect(consumer.aside).toEqual([]);
    });

    it('gives a job back when it is closed while something is away', async () => {
      const id = await add({ v: 1 });
      const first = consume(() => Promise.reject(new StoreError('the ledger is away')));
      await eventually(() => first.errors.length).toBeGreaterThan(2);
      const started = performance.now();
      await first.close(5000);
      expect(performance.now() - started).toBeLessThan(4000);
      const second = consume(async () => undefined);
      await eventually(() => second.done).toEqual([id]);
    });

    it('hands the job of a killed worker to another', async () => {
      const id = await add({ v: 1, kill: true });
      const child = fork(
        fileURLToPath(new URL('queue-victim.ts', import.meta.url)),
        [store.postgresUrl ?? at.url, '500'],
        {
          stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        },
      );
      try {
        const [message] = (await once(child, 'message')) as [unknown];
        expect(message).toBe(id);
      } finally {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      const consumer = consume(async () => undefined, { lockMs: 500 });
      await eventually(() => consumer.done).toEqual([id]);
    });
  });
}
