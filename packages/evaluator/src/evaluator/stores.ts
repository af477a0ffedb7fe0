import { existsSync } from 'node:fs';
import { parseStoreUrl, shownStore } from '@understudy/instrumentation/experiment';
import type { Seal } from '@understudy/instrumentation/trial';
import { ConfigurationError, messageOf, SchemaError, StoreError } from '../errors.js';
import type { Ledger } from '../ledger/ledger.js';
import { openLedger } from '../ledger/open.js';
import { openStore, type Store } from '../queue/store.js';

/** The queue's store and the ledger in its own, which may be the same. */
export interface Stores {
  readonly queue: Store;
  readonly ledger: Ledger;
  /** Resolves when the process that serves one of them is gone: both must be opened anew. */
  readonly gone: Promise<void>;
  close(): Promise<void>;
}

/** Where the stores are, as the configuration has it. */
export interface StoreUrls {
  readonly queueUrl: string;
  readonly ledgerUrl: string;
}

export interface OpenStoresOptions {
  /** An embedded store is kept in memory only. Default false. */
  readonly memory?: boolean;
  /** Seals what was said in the ledger, and opens it. Default: nothing does. */
  readonly seal?: Seal | null;
}

/** Opens both stores and brings their schemas up to date. An embedded store that nobody serves is served by this process. */
export async function openStores(urls: StoreUrls, options: OpenStoresOptions = {}): Promise<Stores> {
  const queue = await reached(QUEUE, urls.queueUrl, () =>
    openStore(urls.queueUrl, { memory: options.memory ?? false }),
  );
  try {
    const { ledger, gone, close } = await openLedgerIn(urls.ledgerUrl === urls.queueUrl ? queue : urls.ledgerUrl, {
      seal: options.seal ?? null,
      migrate: true,
    });
    return {
      queue,
      ledger,
      gone: Promise.race([queue.gone, gone]),
      close: () => inOrder([close, () => queue.close()]),
    };
  } catch (error) {
    await queue.close();
    throw error;
  }
}

/** A ledger with what had to be opened for it. */
export interface OpenedLedger {
  readonly ledger: Ledger;
  readonly gone: Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the ledger of a URL alone, and leaves its schema as it is; without a seal, for its numbers. An embedded store is reached through its owner;
 * where nobody serves it, this process does until `close`. Throws {@link StoreError} where there is no store.
 */
export async function openLedgerFor(
  url: string,
  { seal = null }: Pick<OpenStoresOptions, 'seal'> = {},
): Promise<OpenedLedger> {
  requireStore(url);
  return openLedgerIn(url, { seal, migrate: false });
}

/** Opens the queue's store alone. Throws {@link StoreError} where there is none, or it cannot be reached. */
export async function openQueueFor(url: string): Promise<Store> {
  requireStore(url);
  return reached(QUEUE, url, () => openStore(url));
}

function requireStore(url: string): void {
  const address = parseStoreUrl(url);
  if (address.kind !== 'embedded' || existsSync(address.folder)) return;
  throw new StoreError(
    `there is no store in ${address.folder}: start \`understudy run\`, or name another one with --config`,
  );
}

async function openLedgerIn(
  place: string | Store,
  options: { readonly seal: Seal | null; readonly migrate: boolean },
): Promise<OpenedLedger> {
  const store =
    typeof place === 'string' ? await reached(LEDGER, place, () => openStore(place, { queue: false })) : place;
  const closeStore = async (): Promise<void> => {
    if (typeof place === 'string') await store.close();
  };
  try {
    if (store.postgresUrl === null) {
      throw new ConfigurationError('ledger.url', [
        'expected postgres:// or embedded:FOLDER: Redis cannot hold the ledger',
      ]);
    }
    const url = store.postgresUrl;
    const ledger = await reached(LEDGER, typeof place === 'string' ? place : url, () =>
      openLedger(url, Date.now(), options),
    );
    return { ledger, gone: store.gone, close: () => inOrder([() => ledger.close(), closeStore]) };
  } catch (error) {
    await closeStore();
    throw error;
  }
}

const QUEUE = { what: 'queue', setting: 'queue.url or UNDERSTUDY_QUEUE_URL' };
const LEDGER = { what: 'ledger', setting: 'ledger.url or UNDERSTUDY_LEDGER_URL' };

/** Says of a store that cannot be opened which one it is, why, and what to do. */
async function reached<Value>(
  { what, setting }: { readonly what: string; readonly setting: string },
  url: string,
  open: () => Promise<Value>,
): Promise<Value> {
  try {
    return await open();
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw cause;
    if (cause instanceof SchemaError)
      throw new SchemaError(`the ledger at ${shownStore(parseStoreUrl(url))} ${cause.message}`);
    const why = `the ${what} at ${shownStore(parseStoreUrl(url))} cannot be opened: ${messageOf(cause)}`;
    throw new StoreError(`${why}\nStart it, or set ${setting}.`, { cause });
  }
}

/** Does each in its turn, also after one has failed; then throws the first failure. */
async function inOrder(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
