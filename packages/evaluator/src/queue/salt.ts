import { QUEUES } from '@understudy/instrumentation/experiment';
import { StoreError } from '../errors.js';
import { withQueue } from './with-queue.js';
import type { Store } from './store.js';

/** The salt that the services of a store share, or null where none has ever used it. Rejects with a {@link StoreError}. */
export async function readSalt(store: Pick<Store, 'queues'>): Promise<Uint8Array | null> {
  const data = await withQueue(store, QUEUES.settings, async (queue) => (await queue.getJob('salt'))?.data);
  if (data === undefined) return null;
  const { v, bytes } = data as { v?: unknown; bytes?: unknown };
  if (v !== 1 || typeof bytes !== 'string')
    throw new StoreError("the queue's store holds no salt that can be read; is it used by another version?");
  return Buffer.from(bytes, 'base64');
}
