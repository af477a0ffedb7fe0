import { existsSync } from 'node:fs';
import { parseStoreUrl } from '@understudy/instrumentation/experiment';
import { ConfigurationError, StoreError } from '../errors.js';
import type { Ledger } from '../ledger/ledger.js';
import { openLedger } from '../ledger/open.js';
import { openStore, type Store } from '../queue/store.js';

/** The queue's store and the ledger in its own, which may be the same. */
export interface Stores {
  readonly queue: Store;
  readonly ledger: Ledger;
  close(): Promise<void>;
}

/** Where the stores are, as the configuration has it. */
export interface StoreUrls {
  readonly queueUrl: string;
  readonly ledgerUrl: string;
}

/** Opens both stores and brings their schemas up to date. An embedded store that nobody serves is served by this process. */
export async function openStores(urls: StoreUrls, options: { readonly memory?: boolean } = {}): Promise<Stores> {
  const queue = await openStore(urls.queueUrl, { memory: options.memory ?? false });
  try {
    const { ledger, close } = await openLedgerIn(urls.ledgerUrl === urls.queueUrl ? queue : urls.ledgerUrl);
    return { queue, ledger, close: () => inOrder([close, () => queue.close()]) };
  } catch (error) {
    await queue.close();
    throw error;
  }
}

/** A ledger with what had to be opened for it. */
export interface OpenedLedger {
  readonly ledger: Ledger;
  close(): Promise<void>;
}

/**
 * Opens the ledger of a URL to read it. An embedded store is reached through its owner; where nobody serves it, this process
 * does until `close`. Throws {@link StoreError} where there is no store.
 */
export async function openLedgerFor(url: string): Promise<OpenedLedger> {
  const address = parseStoreUrl(url);
  if (address.kind === 'embedded' && !existsSync(address.folder)) {
    throw new StoreError(
      `there is no store in ${address.folder}: start \`understudy run\`, or name another one with --config`,
    );
  }
  return openLedgerIn(url);
}

async function openLedgerIn(place: string | Store): Promise<OpenedLedger> {
  const store = typeof place === 'string' ? await openStore(place, { queue: false }) : place;
  const closeStore = async (): Promise<void> => {
    if (typeof place === 'string') await store.close();
  };
  try {
    if (store.postgresUrl === null) {
      throw new ConfigurationError('ledger.url', [
        'expected postgres:// or embedded:FOLDER: Redis cannot hold the ledger',
      ]);
    }
    const ledger = await openLedger(store.postgresUrl, Date.now());
    return { ledger, close: () => inOrder([() => ledger.close(), closeStore]) };
  } catch (error) {
    await closeStore();
    throw error;
  }
}

/** Does each in its turn, also after one has failed; then throws the first failure. */
async function inOrder(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
