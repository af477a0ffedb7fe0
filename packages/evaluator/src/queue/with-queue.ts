import type { Queue } from 'bullmq';
import { messageOf, StoreError } from '../errors.js';
import type { Store } from './store.js';
import { untilReady } from './until-ready.js';

const CONNECT_MS = 10_000;

/** Uses a queue once. Rejects with a {@link StoreError} where it cannot be reached in time: BullMQ itself waits for ever. */
export async function withQueue<Value>(
  store: Pick<Store, 'queues'>,
  name: string,
  use: (queue: Queue<unknown>) => Promise<Value>,
): Promise<Value> {
  const queues = store.queues();
  const limit = AbortSignal.timeout(CONNECT_MS);
  let last: unknown = null;
  try {
    const queue = await untilReady(
      () => queues.queue(name).on('error', (error) => (last = error)),
      (error) => (last = error),
      limit,
    ).catch((cause: unknown) => {
      const why = last === null ? `no answer within ${CONNECT_MS / 1000} s` : messageOf(last);
      throw new StoreError(`the queue cannot be reached: ${why}\nStart it, or set queue.url or UNDERSTUDY_QUEUE_URL.`, {
        cause,
      });
    });
    try {
      return await use(queue);
    } finally {
      await queue.close().catch(() => undefined);
    }
  } finally {
    await queues.close().catch(() => undefined);
  }
}
