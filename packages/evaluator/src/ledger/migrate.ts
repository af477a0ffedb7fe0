import { SchemaError } from '../errors.js';
import type { Database, Query } from './database.js';
import { sql as ledger } from './migrations/0001-ledger.js';
import { sql as erasure } from './migrations/0002-erasure.js';
import { sql as control } from './migrations/0003-control.js';
import { sql as budgets } from './migrations/0004-budgets.js';
import { sql as messages } from './migrations/0005-messages.js';
import { sql as segments } from './migrations/0006-segments.js';
import { sql as judging } from './migrations/0007-judging.js';
import { sql as winRate } from './migrations/0008-win-rate.js';
import { sql as embeddings } from './migrations/0009-embeddings.js';
import { sql as answers } from './migrations/0010-answers.js';
import { sql as trials } from './migrations/0011-trials.js';
import { sql as drawnPairs } from './migrations/0012-drawn-pairs.js';
import { sql as vouching } from './migrations/0013-vouching.js';
import { sql as changes } from './migrations/0014-changes.js';
import { sql as evidenceDays } from './migrations/0015-evidence-days.js';
import { sql as soundness } from './migrations/0016-soundness.js';
import { sql as misconfigured } from './migrations/0017-misconfigured.js';
import { sql as misconfiguredBy } from './migrations/0018-misconfigured-by.js';
import { sql as retired } from './migrations/0019-retired.js';
import { sql as queueView } from './migrations/0020-queue-view.js';

/** In order; a number is never used twice, and a released migration never changes. */
const MIGRATIONS: readonly { readonly version: number; readonly name: string; readonly sql: string }[] = [
  { version: 1, name: 'ledger', sql: ledger },
  { version: 2, name: 'erasure', sql: erasure },
  { version: 3, name: 'control', sql: control },
  { version: 4, name: 'budgets', sql: budgets },
  { version: 5, name: 'messages', sql: messages },
  { version: 6, name: 'segments', sql: segments },
  { version: 7, name: 'judging', sql: judging },
  { version: 8, name: 'win_rate', sql: winRate },
  { version: 9, name: 'embeddings', sql: embeddings },
  { version: 10, name: 'answers', sql: answers },
  { version: 11, name: 'trials', sql: trials },
  { version: 12, name: 'drawn_pairs', sql: drawnPairs },
  { version: 13, name: 'vouching', sql: vouching },
  { version: 14, name: 'changes', sql: changes },
  { version: 15, name: 'evidence_days', sql: evidenceDays },
  { version: 16, name: 'soundness', sql: soundness },
  { version: 17, name: 'misconfigured', sql: misconfigured },
  { version: 18, name: 'misconfigured_by', sql: misconfiguredBy },
  { version: 19, name: 'retired', sql: retired },
  { version: 20, name: 'queue_view', sql: queueView },
];

export const NEWEST_MIGRATION: number = Math.max(...MIGRATIONS.map(({ version }) => version));

const RACES = 10;

/**
 * Brings the schema `understudy` up to date. Any number of evaluators may do this at once: the table of migrations is
 * locked while one of them works, and a database newer than this code is left alone.
 */
export async function migrate(database: Database, now: number): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await database.query('create schema if not exists understudy');
      await database.query(`create table if not exists understudy.migrations (
        version integer primary key, name text not null, applied_at bigint not null)`);
      break;
    } catch (error) {
      // "if not exists" is not atomic: two creators at once, and one is told of a duplicate.
      if (attempt >= RACES || !isDuplicate(error)) throw error;
    }
  }
  await database.transaction((query) => applyMissing(query, now));
}

/**
 * Rejects with a {@link SchemaError} where the schema lacks something: who reads verdicts changes no tables, and one that runs where CI does may be
 * newer than the evaluator. A database newer than this code is left alone.
 */
export async function requireMigrated({ query }: Database): Promise<void> {
  const migration = await migrationOf(query);
  if (migration === null)
    throw new SchemaError('holds no tables of ours yet: start `understudy run`, which makes them');
  if (migration < NEWEST_MIGRATION)
    throw new SchemaError(
      `is at migration ${migration} of ${NEWEST_MIGRATION}: \`understudy run\` of this version brings it up to date, or use the version that runs`,
    );
}

/** The newest migration that was applied; null: none, there is no ledger yet. */
export async function migrationOf(query: Query): Promise<number | null> {
  const { rows: there } = await query<{ found: boolean }>(
    "select to_regclass('understudy.migrations') is not null as found",
  );
  if (there[0]?.found !== true) return null;
  const { rows } = await query<{ newest: number | null }>('select max(version) as newest from understudy.migrations');
  return rows[0]?.newest ?? null;
}

async function applyMissing(query: Query, now: number): Promise<void> {
  await query('lock table understudy.migrations in exclusive mode');
  const { rows } = await query<{ version: number }>('select version from understudy.migrations');
  const applied = new Set(rows.map((row) => row.version));
  for (const { version, name, sql } of MIGRATIONS) {
    if (applied.has(version)) continue;
    for (const statement of statements(sql)) await query(statement);
    await query('insert into understudy.migrations values ($1, $2, $3)', [version, name, now]);
  }
}

/** One statement at a time, since the extended protocol takes no more. No statement holds a semicolon of its own. */
function statements(sql: string): readonly string[] {
  return sql
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

function isDuplicate(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === '23505' || code === '42P06' || code === '42P07';
}
