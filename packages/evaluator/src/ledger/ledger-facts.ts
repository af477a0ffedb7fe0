import { openDatabase } from './database.js';
import { migrationOf, NEWEST_MIGRATION } from './migrate.js';

/** What a PostgreSQL that holds the ledger says of itself. */
export interface LedgerFacts {
  readonly server: string;
  /** The newest migration that was applied; null: there is no ledger yet. */
  readonly migration: number | null;
  /** The newest that this code has. */
  readonly newest: number;
  /** Its clock less ours, in milliseconds, and how long the question took. */
  readonly clock: { readonly differenceMs: number; readonly aroundMs: number };
}

/** Asks about the ledger. Rejects where it cannot be reached; changes nothing. */
export async function readLedgerFacts(url: string, now: () => number = Date.now): Promise<LedgerFacts> {
  const database = openDatabase(url, { connections: 1, statementTimeoutMs: 5_000 });
  try {
    const migration = await migrationOf(database.query);
    const before = now();
    const { rows } = await database.query<{ server: string; at: number }>(
      "select current_setting('server_version') as server, (extract(epoch from clock_timestamp()) * 1000)::float8 as at",
    );
    const after = now();
    return {
      server: rows[0]?.server ?? '',
      migration,
      newest: NEWEST_MIGRATION,
      clock: { differenceMs: (rows[0]?.at ?? 0) - (before + after) / 2, aroundMs: after - before },
    };
  } finally {
    await database.close();
  }
}
