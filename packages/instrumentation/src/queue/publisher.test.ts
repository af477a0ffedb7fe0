import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from '../capture/clock.js';
import { setFailureSink } from '../guard.js';
import { decodeBatch, type EncodedBatch } from '../trial/codec.js';
import type { DropReason } from '../trial/funnel.js';
import type { Batch, Trial } from '../trial/trial.js';
import { Publisher, type PublisherLimits } from './publisher.js';
import type { Backlog, QueueStore } from './queue-connection.js';
import { SliceCounts } from './slice-counts.js';
import { EPOCH, producer, run, trial } from './trial.test.support.js';

interface Timer {
  readonly at: number;
  readonly run: () => void;
  unref(): Timer;
}

/** Batches that are being compressed: in the thread pool, which no fake clock moves. */
const encoding = vi.hoisted(() => ({ count: 0 }));

vi.mock('../trial/codec.js', async (original) => {
  const codec = await original<typeof import('../trial/codec.js')>();
  return {
    ...codec,
    encodeBatch: async (batch: Batch): Promise<EncodedBatch> => {
      encoding.count += 1;
      return await codec.encodeBatch(batch).finally(() => (encoding.count -= 1));
    },
  };
});

/** The time of the tests. The code takes its timers from `node:timers`, which the usual fake timers leave alone. */
const time = vi.hoisted(() => ({ now: 0, timers: [] as Timer[] }));

vi.mock('node:timers', async (original) => ({
  ...(await original<object>()),
  setTimeout: (work: () => void, ms: number): Timer => {
    const timer: Timer = { at: time.now + ms, run: work, unref: () => timer };
    time.timers.push(timer);
    return timer;
  },
  clearTimeout: (timer: Timer | undefined): void => {
    time.timers = time.timers.filter((each) => each !== timer);
  },
}));

const clock: Clock = { now: () => EPOCH + time.now, elapsed: () => time.now };

const LIMITS: PublisherLimits = {
  batchTrials: 3,
  batchBytes: 1_000_000,
  maxTrialBytes: 50_000,
  lingerMs: 1000,
  heartbeatMs: 5000,
  ringTrials: 10,
  ringBytes: 1_000_000,
  backlogBytes: 10_000,
  retryMs: { first: 100, last: 1000 },
};

/** A store in memory that can be made to fail. */
class FakeStore implements QueueStore {
  readonly jobs = new Map<string, EncodedBatch>();
  readonly tries: string[] = [];
  opened = 0;
  closed = 0;
  failing: 'open' | 'add' | 'acknowledge' | null = null;
  backlog: Backlog = { waiting: 0, memory: null };

  async open(): ReturnType<QueueStore['open']> {
    if (this.failing === 'open') throw new Error('refused');
    this.opened += 1;
    return {
      add: async (id, data) => {
        this.tries.push(id);
        if (this.failing === 'add') throw new Error('no answer');
        if (!this.jobs.has(id)) this.jobs.set(id, data);
        if (this.failing === 'acknowledge') throw new Error('no answer');
      },
      backlog: async () => this.backlog,
      salt: async () => Buffer.alloc(32, 1),
      setting: async () => undefined,
      lease: () => Promise.reject(new Error('no budget')),
      close: () => {
        this.closed += 1;
      },
    };
  }

  async batches(): Promise<readonly Batch[]> {
    return await Promise.all([...this.jobs.values()].map((data) => decodeBatch(data)));
  }
}

describe('Publisher', () => {
  /** Until nothing of ours is under way. */
  async function settle(): Promise<void> {
    for (let quiet = 0; quiet < 5; quiet = encoding.count > 0 ? 0 : quiet + 1)
      await new Promise((resolve) => setImmediate(resolve));
  }

  async function advance(ms: number): Promise<void> {
    const end = time.now + ms;
    for (;;) {
      await settle();
      const due = time.timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      time.timers = time.timers.filter((each) => each !== due);
      time.now = Math.max(time.now, due.at);
      due.run();
      await settle();
    }
    time.now = end;
  }

  function publisher(
    store: FakeStore,
    change: Partial<PublisherLimits> = {},
  ): { it: Publisher; published: Trial[]; dropped: DropReason[]; sent: string[]; counts: SliceCounts } {
    const counts = new SliceCounts(new Map([[run, 1000]]));
    const published: Trial[] = [];
    const dropped: DropReason[] = [];
    const sent: string[] = [];
    const it = new Publisher({
      producer,
      runs: [{ run, experiment: 'e', definition: {} }],
      store,
      counts,
      clock,
      isolate: (work) => work(),
      limits: { ...LIMITS, ...change },
      earliestOpen: () => null,
      onReady: () => undefined,
      onSent: (durationMs, outcome) => sent.push(`${outcome} ${durationMs}`),
      onPublished: (each) => published.push(each),
      onDropped: (_, reason) => dropped.push(reason),
    });
    it.start();
    return { it, published, dropped, sent, counts };
  }

  beforeEach(() => {
    time.now = 0;
    time.timers = [];
    setFailureSink(() => undefined);
  });

  afterEach(() => {
    setFailureSink(null);
  });

  it('announces its runs before anything else, and has a salt only then', async () => {
    const store = new FakeStore();
    store.failing = 'add';
    const { it } = publisher(store);
    await advance(500);
    expect(it.salt).toBeNull();
    expect(new Set(store.tries)).toEqual(new Set(['p1-0']));
    store.failing = null;
    await advance(2000);
    expect(it.salt).not.toBeNull();
    const [first] = await store.batches();
    expect(first).toMatchObject({ seq: 0, runs: [{ run }], trials: [], final: false });
  });

  it('sends when a batch is full, and else when the first trial has waited', async () => {
    const store = new FakeStore();
    const { it } = publisher(store);
    await advance(10);
    for (let index = 0; index < 4; index += 1) expect(it.publish(trial())).toBeNull();
    await advance(1);
    expect((await store.batches()).map(({ trials }) => trials.length)).toEqual([0, 3]);
    await advance(998);
    expect(store.jobs.size).toBe(2);
    await advance(10);
    expect((await store.batches()).map(({ trials }) => trials.length)).toEqual([0, 3, 1]);
  });

  it('beats while there is nothing to send', async () => {
    const store = new FakeStore();
    publisher(store);
    await advance(16_000);
    expect((await store.batches()).map(({ seq, trials }) => [seq, trials.length])).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 0],
    ]);
  });

  it('sends the same batch under the same id until it is acknowledged, and counts it once', async () => {
    const store = new FakeStore();
    const { it, published, sent } = publisher(store);
    await advance(10);
    expect(sent).toEqual(['ok 0']);
    store.failing = 'acknowledge';
    for (let index = 0; index < 3; index += 1) it.publish(trial());
    await advance(3000);
    expect(store.tries.filter((id) => id === 'p1-1').length).toBeGreaterThan(3);
    expect(store.closed).toBe(store.opened);
    // What is not acknowledged is still in memory, and each try is told.
    expect(it.buffered).toBe(3);
    expect(sent.slice(1)).toEqual(store.tries.slice(1).map(() => 'error 0'));
    store.failing = null;
    it.publish(trial());
    expect(it.buffered).toBe(4);
    await advance(3000);
    expect(it.buffered).toBe(0);
    const batches = await store.batches();
    expect(batches.map(({ trials }) => trials.length).slice(0, 3)).toEqual([0, 3, 1]);
    expect(published).toHaveLength(4);
    // After a break the runs are said again: the store may have lost them.
    expect(batches[2]?.runs).toHaveLength(1);
  });

  it('is bounded while the queue is away: the newest is refused, with the reason', async () => {
    const store = new FakeStore();
    const { it } = publisher(store);
    await advance(10);
    store.failing = 'add';
    const refused = Array.from({ length: 25 }, () => it.publish(trial()));
    expect(refused.slice(0, 10)).toEqual(Array(10).fill(null));
    expect(new Set(refused.slice(10))).toEqual(new Set(['ring_full']));
    expect(it.hasRoom).toBe(false);
    expect(it.publish(trial('x'.repeat(50_000)))).toBe('too_large');
    await advance(60_000);
    expect(time.timers.length).toBeLessThan(3);
    store.failing = null;
    await advance(60_000);
    expect((await store.batches()).flatMap(({ trials }) => trials)).toHaveLength(10);
  });

  it('puts nothing but its counts on a queue that is full, and says so', async () => {
    const store = new FakeStore();
    const { it, dropped } = publisher(store);
    await advance(10);
    store.backlog = { waiting: 1_000_000, memory: null };
    await advance(11_000);
    const reasons = Array.from({ length: 12 }, () => it.publish(trial()));
    expect(reasons.at(-1)).toBe('ring_full');
    expect({ room: it.hasRoom, backlogged: it.isBacklogged }).toEqual({ room: false, backlogged: true });
    await advance(11_000);
    expect((await store.batches()).flatMap(({ trials }) => trials)).toHaveLength(0);
    expect(store.jobs.size).toBeGreaterThan(3);
    store.backlog = { waiting: 1, memory: { usedBytes: 65, limitBytes: 100, clients: 1 } };
    await advance(11_000);
    expect((await store.batches()).flatMap(({ trials }) => trials)).toHaveLength(0);
    const stopped = it.stop(1000);
    await advance(500);
    await stopped;
    expect(dropped).toEqual(Array(10).fill('ring_full'));
    expect((await store.batches()).at(-1)?.final).toBe(true);
  });

  it('sends not even its counts to a store whose memory is nearly used up, and goes on when there is room', async () => {
    const store = new FakeStore();
    const { it } = publisher(store);
    await advance(10);
    store.backlog = { waiting: 1, memory: { usedBytes: 71, limitBytes: 100, clients: 1 } };
    await advance(11_000);
    const before = store.tries.length;
    it.publish(trial());
    await advance(60_000);
    expect(store.tries).toHaveLength(before);
    expect(time.timers.length).toBeLessThan(3);
    store.backlog = { waiting: 1, memory: { usedBytes: 0, limitBytes: 1e9, clients: 1 } };
    await advance(6000);
    expect((await store.batches()).flatMap(({ trials }) => trials)).toHaveLength(1);
  });

  it('drops a trial that is larger than all that is left, and sends the others', async () => {
    const store = new FakeStore();
    const { it, dropped } = publisher(store, { maxTrialBytes: 1_000_000 });
    await advance(10);
    store.backlog = { waiting: 1, memory: { usedBytes: 90_000, limitBytes: 400_000, clients: 1 } };
    for (const text of ['a', 'x'.repeat(100_000), 'b']) it.publish(trial(text));
    await advance(11_000);
    expect((await store.batches()).flatMap(({ trials }) => trials)).toHaveLength(2);
    expect(dropped).toEqual(['ring_full']);
  });

  it('ends with what is left and the final counts', async () => {
    const store = new FakeStore();
    const { it, counts } = publisher(store);
    await advance(10);
    const key = { run, slice: counts.sliceOf(run, EPOCH), segment: '_none', arm: 'a', pi: 1 };
    for (let index = 0; index < 5; index += 1) {
      counts.admitted(key);
      it.publish(trial());
    }
    const stopped = it.stop(1000);
    await advance(100);
    await stopped;
    const batches = await store.batches();
    expect(batches.flatMap(({ trials }) => trials)).toHaveLength(5);
    expect(batches.map(({ final }) => final)).toEqual([false, false, true]);
    expect(store.closed).toBe(store.opened);
    expect(time.timers).toHaveLength(0);
  });

  it('says of a batch that was not acknowledged that nobody knows what became of it', async () => {
    const store = new FakeStore();
    const { it } = publisher(store);
    await advance(10);
    const failures: string[] = [];
    const before = setFailureSink((operation) => void failures.push(operation));
    store.failing = 'acknowledge';
    it.publish(trial());
    const stopped = it.stop(1000);
    await advance(1100);
    await stopped;
    expect(failures.filter((operation) => operation === 'queue.unacknowledged')).toHaveLength(1);
    setFailureSink(before);
  });

  it('ends within the time it is given, whatever the queue does', async () => {
    const store = new FakeStore();
    const { it, dropped } = publisher(store);
    await advance(10);
    store.failing = 'open';
    for (let index = 0; index < 2; index += 1) it.publish(trial());
    store.failing = 'add';
    const stopped = it.stop(1000);
    await advance(1100);
    await stopped;
    expect(dropped.length).toBeLessThanOrEqual(2);
    expect(time.timers).toHaveLength(0);
  });
});
