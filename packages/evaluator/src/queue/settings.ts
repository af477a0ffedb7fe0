import { setTimeout as sleep } from 'node:timers/promises';
import { QUEUES } from '@understudy/instrumentation/experiment';
import type { Queue } from 'bullmq';
import { StoreError } from '../errors.js';
import type { Store } from './store.js';
import { untilReady } from './until-ready.js';
import { withQueue } from './with-queue.js';

/** Values that all processes of a queue share, by id: JSON, to be checked by who reads it. One job each, never worked on. */
export interface Settings {
  /** Undefined where there is none. */
  read(id: string): Promise<unknown>;
  /** The last writer wins. */
  write(id: string, data: object): Promise<void>;
  /** Writes it where there is none; what is there stays. */
  restore(id: string, data: object): Promise<void>;
}

/** Settings whose connection is kept. */
export interface KeptSettings extends Settings {
  close(): Promise<void>;
}

const ANSWER_MS = 3_000;

/** Uses the settings once. Rejects with a {@link StoreError} where the store cannot be reached. */
export async function withSettings<Value>(
  store: Pick<Store, 'queues'>,
  use: (settings: Settings) => Promise<Value>,
): Promise<Value> {
  return withQueue(store, QUEUES.settings, (queue) => use(settingsOf(Promise.resolve(queue))));
}

/** Keeps a connection to the settings. Each word rejects with a {@link StoreError} where there is no answer in time. */
export function openSettings(store: Pick<Store, 'queues'>, onError: (error: unknown) => void): KeptSettings {
  const queues = store.queues();
  const closing = new AbortController();
  const queue = untilReady(() => queues.queue(QUEUES.settings).on('error', onError), onError, closing.signal);
  queue.catch(() => undefined);
  return {
    ...settingsOf(queue),
    async close() {
      closing.abort();
      await within(queue.then((opened) => opened.close())).catch(() => undefined);
      await queues.close();
    },
  };
}

function settingsOf(opened: Promise<Queue<unknown>>): Settings {
  const on = <Value>(run: (queue: Queue<unknown>) => Promise<Value>): Promise<Value> => within(opened.then(run));
  return {
    read: (id) => on(async (queue) => (await queue.getJob(id))?.data),
    restore: (id, data) => on(async (queue) => void (await queue.add('setting', data, { jobId: id }))),
    write: (id, data) =>
      on(async (queue) => {
        // Of two that make it at once, one finds the other's: each then writes its own over what is there.
        await queue.add('setting', data, { jobId: id });
        const job = await queue.getJob(id);
        if (job === undefined) throw new StoreError('the queue lost a setting while it was written');
        await job.updateData(data);
      }),
  };
}

/** BullMQ's calls wait for a server that is away for as long as it is. */
async function within<Value>(work: Promise<Value>): Promise<Value> {
  const limit = new AbortController();
  const late = sleep(ANSWER_MS, undefined, { signal: limit.signal, ref: false }).then(() => {
    throw new StoreError(`the queue did not answer within ${ANSWER_MS / 1000} s`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    limit.abort();
    late.catch(() => undefined);
    work.catch(() => undefined);
  }
}
