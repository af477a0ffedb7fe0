import { type BudgetState, readBudgetsOfPostgres, readBudgetsOfRedis } from '@understudy/instrumentation/experiment';
import { Redis } from 'ioredis';
import pg from 'pg';
import { messageOf, StoreError } from '../errors.js';
import type { Store } from './store.js';

/** For the connection, and for each answer, in milliseconds. */
const LIMIT_MS = 3000;

/** Reads the budgets of one store, again and again. */
export interface BudgetReader {
  /** By experiment's name. Rejects with a retryable {@link StoreError} where the store does not answer within seconds. */
  read(): Promise<readonly BudgetState[]>;
  close(): Promise<void>;
}

/** Reads the budgets that a store holds. Nothing is opened before the first look, and a look that failed opens anew. */
export function budgetReader({ address, postgresUrl }: Pick<Store, 'address' | 'postgresUrl'>): BudgetReader {
  const open = address.kind === 'redis' ? () => onRedis(address.url) : () => onPostgres(postgresUrl ?? '');
  let opened: BudgetReader | null = null;
  return {
    async read() {
      opened ??= open();
      try {
        return await opened.read();
      } catch (cause) {
        await opened.close();
        opened = null;
        throw new StoreError(`the budgets in the queue's store cannot be read: ${messageOf(cause)}`, { cause });
      }
    },
    async close() {
      await opened?.close();
      opened = null;
    },
  };
}

function onRedis(url: string): BudgetReader {
  const client = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectTimeout: LIMIT_MS,
    commandTimeout: LIMIT_MS,
    connectionName: 'understudy-budgets',
  });
  client.on('error', () => undefined);
  return {
    read: () => readBudgetsOfRedis(client),
    close: async () => client.disconnect(),
  };
}

function onPostgres(url: string): BudgetReader {
  const pool = new pg.Pool({
    connectionString: url,
    max: 1,
    connectionTimeoutMillis: LIMIT_MS,
    query_timeout: LIMIT_MS,
    application_name: 'understudy-budgets',
  });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return {
    read: () => readBudgetsOfPostgres((sql, values) => pool.query(sql, [...values])),
    close: () => pool.end().catch(() => undefined),
  };
}
