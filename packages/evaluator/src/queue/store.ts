import { parseStoreUrl, type StoreAddress } from '@understudy/instrumentation/experiment';
import { StoreError } from '../errors.js';
import { type EmbeddedStore, openEmbedded } from './embedded/open.js';
import { migrateQueue } from './migrate.js';
import { type Queues, postgresQueues, redisQueues } from './queues.js';

/** A place that holds the queue, the ledger, or both. */
export interface Store {
  readonly address: StoreAddress;
  /** How a PostgreSQL client reaches it; null where it does not speak PostgreSQL. */
  readonly postgresUrl: string | null;
  /** An embedded store that this process serves: it ends with `close`, for everybody. */
  readonly owned: boolean;
  /** Resolves when the process that serves an embedded store is gone: it must be opened anew. Never for a server. */
  readonly gone: Promise<void>;
  /** Connections to its queues, made anew at each call. Throws where it cannot hold queues. */
  queues(): Queues;
  /** After everything that uses it is closed. May be called twice. */
  close(): Promise<void>;
}

export interface OpenStoreOptions {
  /** The queue lives here: make its tables. Default true. */
  readonly queue?: boolean;
  /** An embedded store is kept in memory and not in its folder, which then holds the lock file only. Default false. */
  readonly memory?: boolean;
}

/**
 * Opens a store by its URL: `redis://`, `postgres://` or `embedded:FOLDER`. Rejects with a retryable error where it cannot be
 * reached; a Redis is not asked, since its clients wait for it.
 */
export async function openStore(url: string | StoreAddress, options: OpenStoreOptions = {}): Promise<Store> {
  const address = typeof url === 'string' ? parseStoreUrl(url) : url;
  switch (address.kind) {
    case 'redis':
      return {
        address,
        postgresUrl: null,
        owned: false,
        gone: never(),
        queues: () => redisQueues(address.url),
        close: async () => undefined,
      };
    case 'postgres': {
      if (options.queue ?? true) await reached(() => migrateQueue(address.url), 'PostgreSQL');
      return { ...postgres(address, address.url), owned: false, gone: never(), close: async () => undefined };
    }
    case 'embedded': {
      const embedded: EmbeddedStore = await openEmbedded(address.folder, { memory: options.memory ?? false });
      // Nobody wakes a worker there: notifications do not arrive.
      return {
        ...postgres(address, embedded.url, { pollSeconds: 0.25 }),
        owned: embedded.owned,
        gone: embedded.gone,
        close: embedded.close,
      };
    }
  }
}

function never(): Promise<void> {
  return new Promise(() => undefined);
}

function postgres(
  address: StoreAddress,
  url: string,
  polling: { pollSeconds?: number } = {},
): Pick<Store, 'address' | 'postgresUrl' | 'queues'> {
  return { address, postgresUrl: url, queues: () => postgresQueues(url, polling) };
}

async function reached(run: () => Promise<void>, what: string): Promise<void> {
  try {
    await run();
  } catch (cause) {
    throw new StoreError(
      `${what} cannot be used as a queue: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
      },
    );
  }
}
