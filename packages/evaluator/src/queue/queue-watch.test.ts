import type { Queue } from 'bullmq';
import { expect, it } from 'vitest';
import { createQueueWatch } from './queue-watch.js';

/** A queue with these jobs waiting, by when they were put there. Whoever asks for the jobs themselves gets an error. */
function waiting(jobs: Readonly<Record<string, number>>): Queue<unknown> {
  return {
    getJobCounts: async () => ({ wait: Object.keys(jobs).length }),
    getRanges: async () => Object.keys(jobs),
    getJobs: () => Promise.reject(new Error('each of them may be a mebibyte')),
  } as unknown as Queue<unknown>;
}

it('reads of the jobs that wait nothing but when they came', async () => {
  const jobs = { a: 300, b: 200, gone: -1 };
  const queue = waiting(jobs);
  const addedAt = async (ids: readonly string[]): Promise<readonly number[]> =>
    ids.flatMap((id) => (id === 'gone' ? [] : jobs[id as keyof typeof jobs]));
  const watch = createQueueWatch(Promise.resolve(queue), addedAt, () => 1000);
  expect(await watch()).toMatchObject({ reachable: true, waiting: 3, drained: false, handledThrough: 200 });
});

it('holds its time still where every job it saw has gone meanwhile', async () => {
  const queue = waiting({ gone: 1 });
  let at = 1000;
  const watch = createQueueWatch(
    Promise.resolve(queue),
    async () => [],
    () => (at += 1),
  );
  const first = await watch();
  expect((await watch()).handledThrough).toBe(first.handledThrough);
});
