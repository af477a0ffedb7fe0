import { QUEUES } from '@understudy/instrumentation/experiment';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Consumer, consumeBatches } from '../../packages/evaluator/src/queue/consume-batches.js';
import { openStore, type Store } from '../../packages/evaluator/src/queue/store.js';
import { describeWithPostgres, describeWithRedis } from '../servers/found.js';
import { startPostgres } from '../servers/postgres.js';
import { startRedis } from '../servers/redis.js';

interface Server {
  readonly url: string;
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

function testOutage(start: () => Promise<Server>): void {
  let server: Server;
  let store: Store;
  let consumer: Consumer;
  const done: string[] = [];
  beforeEach(async () => {
    server = await start();
    store = await openStore(server.url);
  });
  afterEach(async () => {
    await consumer.close(3000);
    await store.close();
    await server.stop();
    done.length = 0;
  });

  async function add(id: string): Promise<void> {
    const queues = store.queues();
    const queue = queues.queue(QUEUES.pairs);
    queue.on('error', () => undefined);
    await queue.add('batch', { v: 1 }, { jobId: id });
    await queue.close();
    await queues.close();
  }

  const eventually = (see: () => unknown) => expect.poll(see, { timeout: 25_000, interval: 50 });

  it('works on after its server was killed and came back, and says so meanwhile', async () => {
    let clock = Date.now();
    consumer = consumeBatches({
      store,
      now: () => clock,
      handle: async ({ id }) => void done.push(id),
      aside: async () => undefined,
      onError: () => undefined,
    });
    await add('before-1');
    await eventually(() => done).toEqual(['before-1']);
    await eventually(async () => (await consumer.state()).drained).toBe(true);
    const before = await consumer.state();
    expect(before).toMatchObject({ reachable: true, handledThrough: clock });

    await server.kill();
    clock += 60_000;
    await eventually(async () => (await consumer.state()).reachable).toBe(false);
    expect(await consumer.state()).toMatchObject({ drained: false, handledThrough: before.handledThrough });

    await server.restart();
    clock += 60_000;
    await add('after-1');
    await eventually(() => done).toEqual(['before-1', 'after-1']);
    await eventually(async () => (await consumer.state()).drained).toBe(true);
    // What producers held back meanwhile is let come first.
    const back = await consumer.state();
    expect(back).toMatchObject({ connectedSince: clock, handledThrough: before.handledThrough });
    clock += 10_000;
    expect(await consumer.state()).toMatchObject({ connectedSince: back.connectedSince, handledThrough: clock });
  }, 60_000);
}

describeWithRedis('a worker on Redis', () => testOutage(() => startRedis({ appendonly: true })));
describeWithPostgres('a worker on PostgreSQL', () => testOutage(startPostgres));
