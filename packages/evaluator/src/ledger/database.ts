import pg from 'pg';
import { isUnavailable, LedgerUnavailable } from './errors.js';

/** Rows of one statement; `count` is the number of rows it touched. */
export interface Result<Row> {
  readonly rows: readonly Row[];
  readonly count: number;
}

/** Runs one statement. Never a named one: behind an embedded store all clients share a session. */
export type Query = <Row extends object>(sql: string, values?: readonly unknown[]) => Promise<Result<Row>>;

export interface Database {
  readonly query: Query;
  /** Runs `work` in one transaction. It is run again where the database rolled it back because of a conflict. */
  transaction<Value>(work: (query: Query) => Promise<Value>, mode?: 'read'): Promise<Value>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Connections at most. Default 4. */
  readonly connections?: number;
  /** How long one statement may take, in milliseconds. Default 30,000. */
  readonly statementTimeoutMs?: number;
}

const CONFLICTS = 5;
const INT8 = 20;
/** The server ends a transaction that its client forgot (a stopped process), and frees its locks. */
const FORGOTTEN_MS = 60_000;

/** Connects to a PostgreSQL, or to what speaks like one. Nothing is opened before the first statement. */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const timeout = options.statementTimeoutMs ?? 30_000;
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connections ?? 4,
    connectionTimeoutMillis: 10_000,
    query_timeout: timeout,
    idle_in_transaction_session_timeout: FORGOTTEN_MS,
    keepAlive: true,
    application_name: 'understudy-ledger',
    types: { getTypeParser: parserOf },
  });
  // An idle connection that drops is replaced at the next statement, which reports what there is to report.
  pool.on('error', () => undefined);
  // One in use has no other listener between two statements, and its error would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  let closing: Promise<void> | null = null;

  async function transaction<Value>(work: (query: Query) => Promise<Value>, mode?: 'read'): Promise<Value> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once(work, mode);
      } catch (error) {
        if (isConflict(error) && attempt < CONFLICTS) continue;
        throw translated(error);
      }
    }
  }

  async function once<Value>(work: (query: Query) => Promise<Value>, mode?: 'read'): Promise<Value> {
    const client = await pool.connect();
    let broken = true;
    try {
      await client.query(mode === 'read' ? 'begin transaction isolation level repeatable read read only' : 'begin');
      const value = await work(queryOf(client));
      await client.query('commit');
      broken = false;
      return value;
    } catch (error) {
      broken = await client.query('rollback').then(
        () => false,
        () => true,
      );
      throw error;
    } finally {
      client.release(broken);
    }
  }

  const query = queryOf(pool);
  return {
    query: async (sql, values) => {
      try {
        return await query(sql, values);
      } catch (error) {
        throw translated(error);
      }
    },
    transaction,
    close: () => (closing ??= pool.end()),
  };
}

function queryOf(runner: Pick<pg.Pool | pg.PoolClient, 'query'>): Query {
  return async <Row extends object>(sql: string, values: readonly unknown[] = []) => {
    const { rows, rowCount } = await runner.query<Row & pg.QueryResultRow>(sql, [...values]);
    return { rows, count: rowCount ?? 0 };
  };
}

function translated(error: unknown): unknown {
  return isUnavailable(error) ? new LedgerUnavailable(error) : error;
}

/** Serialization failure, deadlock: the transaction left nothing, and may simply be run again. */
function isConflict(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === '40001' || code === '40P01';
}

/** 64-bit integers as numbers: times, slices and counts all stay below 2^53. */
function parserOf(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === INT8) return Number;
  return pg.types.getTypeParser(oid, format ?? 'text') as (value: string) => unknown;
}
