import { randomBytes } from 'node:crypto';
import {
  type BudgetState,
  LEASE_SCRIPT,
  leaseArguments,
  leaseKeys,
  leaseOnPostgres,
  type LeaseReply,
  type LeaseRequest,
  readBudgetsOfPostgres,
  readBudgetsOfRedis,
  readLeaseReply,
  type RunStatement,
} from '@understudy/instrumentation/experiment';
import { Redis } from 'ioredis';
import pg from 'pg';
import { messageOf, StoreError } from '../errors.js';
import type { Store } from './store.js';

/** For the connection, and for each answer, in milliseconds. */
const LIMIT_MS = 3000;

/** The budgets of one store. Each word rejects with a retryable {@link StoreError} where there is no answer within seconds. */
export interface Budgets {
  /** By experiment's name. */
  read(): Promise<readonly BudgetState[]>;
  /** Leases money, tells what was spent. Not idempotent by itself: `request.seq` is. */
  lease(request: LeaseRequest): Promise<LeaseReply>;
  /** Tells a store that has lost its data what was spent. */
  remind(known: BudgetState): Promise<void>;
  close(): Promise<void>;
}

/** Opens the budgets that a store holds. Nothing is connected before the first word, and after one that failed anew. */
export function openBudgets({ address, postgresUrl }: Pick<Store, 'address' | 'postgresUrl'>): Budgets {
  const open = address.kind === 'redis' ? () => onRedis(address.url) : () => onPostgres(postgresUrl ?? '');
  let opened: Budgets | null = null;
  async function on<Value>(run: (budgets: Budgets) => Promise<Value>): Promise<Value> {
    opened ??= open();
    try {
      return await run(opened);
    } catch (cause) {
      await opened?.close();
      opened = null;
      throw new StoreError(`the budgets in the queue's store cannot be reached: ${messageOf(cause)}`, { cause });
    }
  }
  return {
    read: () => on((budgets) => budgets.read()),
    lease: (request) => on((budgets) => budgets.lease(request)),
    remind: (known) => on((budgets) => budgets.remind(known)),
    async close() {
      await opened?.close();
      opened = null;
    },
  };
}

/** A lease that ends at once, and of which nothing stays but what it knows. */
function reminder({ experiment, spent, limit, least }: BudgetState): LeaseRequest {
  const lease = `reminder-${randomBytes(6).toString('base64url')}`;
  const nothing = { settled: 0, inFlight: 0, least: 0, reserve: 0, atRisk: 0, ttlMs: 0, pace: null };
  return { experiment, lease, seq: 1, fresh: true, limit, smallest: least, seen: spent, ...nothing };
}

function onRedis(url: string): Budgets {
  const client = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectTimeout: LIMIT_MS,
    commandTimeout: LIMIT_MS,
    connectionName: 'understudy-budgets',
  });
  client.on('error', () => undefined);
  const lease = async (request: LeaseRequest): Promise<LeaseReply> => {
    const keys = leaseKeys(request);
    return readLeaseReply(await client.eval(LEASE_SCRIPT, keys.length, ...keys, ...leaseArguments(request)));
  };
  return {
    read: () => readBudgetsOfRedis(client),
    lease,
    remind: async (known) => void (await lease(reminder(known))),
    close: async () => client.disconnect(),
  };
}

function onPostgres(url: string): Budgets {
  const pool = new pg.Pool({
    connectionString: url,
    max: 1,
    connectionTimeoutMillis: LIMIT_MS,
    query_timeout: LIMIT_MS,
    application_name: 'understudy-budgets',
  });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const run: RunStatement = (sql, values) => pool.query(sql, [...values]);
  return {
    read: () => readBudgetsOfPostgres(run),
    lease: (request) => leaseOnPostgres(run, request),
    remind: async (known) => void (await leaseOnPostgres(run, reminder(known))),
    close: () => pool.end().catch(() => undefined),
  };
}
