import { decodeBatch, encodeBatch, type PairId, type Trial } from '@understudy/instrumentation/trial';
import { expect, it } from 'vitest';
import type { Erasure, ErasureTarget } from '../ledger/ledger.js';
import { batchOf } from '../queue/fake-batch.test.support.js';
import { FakeQueue } from '../queue/fake-queue.test.support.js';
import { erase, type EraseOptions, type ErasureReport } from './erase.js';

const id = (number: number): string => `019aa6b0-0000-7000-8000-${String(number).padStart(12, '0')}`;
const CALL = id(1);

/** What one experiment made of a call. */
function trial(call: string, pair: string, run: string): Trial {
  const said = { kind: 'text', messages: [{ role: 'user', parts: [{ type: 'text', content: `secret of ${call}` }] }] };
  const ok = { status: 'ok', answer: said, finish: 'stop', usage: null, durationMs: 1, model: 'm', span: null };
  return {
    v: 1,
    callId: call,
    run: run.repeat(16),
    producer: 'p1',
    segment: '_none',
    cluster: 'c'.repeat(16),
    pi: 1,
    operation: 'chat',
    stream: false,
    startedAt: 1,
    input: said,
    primary: ok,
    legs: { small: { ...ok, pairId: pair as PairId } },
  } as unknown as Trial;
}

async function job(seq: number, trials: readonly Trial[]): Promise<unknown> {
  return await encodeBatch(batchOf(seq, trials));
}

async function textOf(queue: FakeQueue): Promise<string> {
  const batches = await Promise.all([...queue.data.values()].map(async (data) => await decodeBatch(data)));
  return JSON.stringify(batches);
}

const NOTHING: Erasure = { pairs: 0, aside: 0, unreadable: 0, sealed: 0 };

function erasing(
  queue: FakeQueue,
  ledger: Partial<EraseOptions['ledger']>,
  dryRun: boolean = false,
): Promise<ErasureReport> {
  return erase(
    { pair: id(11) },
    {
      queue: queue.store,
      ledger: { findCall: async () => null, erase: async () => NOTHING, ...ledger },
      seal: null,
      dryRun,
      waitMs: 0,
    },
  );
}

async function put(queue: FakeQueue, seq: number, trials: readonly Trial[]): Promise<void> {
  queue.data.set(`p1-${seq}`, await job(seq, trials));
  queue.states.set(`p1-${seq}`, 'waiting');
}

it("erases the same texts in other experiments' pairs, though none of them is stored yet", async () => {
  const queue = new FakeQueue();
  await put(queue, 1, [trial(CALL, id(12), 'b'), trial(id(2), id(21), 'a')]);
  await put(queue, 2, [trial(CALL, id(11), 'a')]);
  const targets: ErasureTarget[] = [];
  const ledger = {
    erase: async (target: ErasureTarget) => {
      targets.push(target);
      return NOTHING;
    },
  };
  expect(await erasing(queue, ledger, true)).toMatchObject({ calls: 1, jobs: { changed: 2 } });
  expect(await textOf(queue)).toContain(`secret of ${CALL}`);
  expect(await erasing(queue, ledger)).toMatchObject({ calls: 1, jobs: { changed: 2 }, complete: true });
  expect(targets[0]).toEqual({ kind: 'pair', pair: id(11), call: CALL });
  const left = await textOf(queue);
  expect(left).not.toContain(`secret of ${CALL}`);
  expect(left).toContain(`secret of ${id(2)}`);
});

it('goes through the queue again after the ledger, and through the ledger where it found something', async () => {
  const queue = new FakeQueue();
  const late = await job(1, [trial(CALL, id(11), 'a')]);
  let times = 0;
  const report = await erasing(queue, {
    findCall: async () => CALL as Trial['callId'],
    erase: async () => {
      times += 1;
      if (times === 1) {
        queue.data.set('p1-1', late);
        queue.states.set('p1-1', 'waiting');
      }
      return { ...NOTHING, pairs: 1 };
    },
  });
  expect([times, await textOf(queue)]).toEqual([2, expect.not.stringContaining('secret')]);
  expect(report).toMatchObject({ pairs: 2, calls: 1, jobs: { changed: 1 }, complete: true });
});

it('does not say that it is complete where something came each time', async () => {
  const queue = new FakeQueue();
  const late = await Promise.all(Array.from({ length: 20 }, (_, seq) => job(seq, [trial(CALL, id(11), 'a')])));
  let times = 0;
  const report = await erasing(queue, {
    findCall: async () => CALL as Trial['callId'],
    erase: async () => {
      queue.data.set(`p1-${times}`, late[times]);
      queue.states.set(`p1-${times}`, 'waiting');
      times += 1;
      return NOTHING;
    },
  });
  expect([report.complete, times < 10]).toEqual([false, true]);
});
