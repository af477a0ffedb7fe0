import type { CallId, RunId, Seal } from '@understudy/instrumentation/trial';
import { closeSlices } from './close-slices.js';
import { compact } from './compact.js';
import { noteBudget } from './budgets.js';
import { changesOf } from './changes.js';
import { noteBounds, noteControl } from './control.js';
import { type Database, type DatabaseOptions, openDatabase } from './database.js';
import { embeddingsOf } from './embedding-ledger.js';
import { erase } from './erase.js';
import { judgingOf } from './judging/open-judging.js';
import { labelsOf } from './label-ledger.js';
import { noteQueue, releaseLease, tryLease } from './lease.js';
import type { Ledger, RegisteredRun, StoredTransition } from './ledger.js';
import { migrate, requireMigrated } from './migrate.js';
import { addMisconfigured } from './misconfigured.js';
import { readEvidence } from './read-evidence.js';
import { readPairs } from './read-pairs.js';
import { readSnapshot } from './read-snapshot.js';
import { reject } from './reject.js';
import { expire } from './retention.js';
import { registerRun, retireRuns, selectRun } from './runs.js';
import { storeBatch } from './store-batch.js';
import { storable } from './text.js';

export interface LedgerOptions extends DatabaseOptions {
  /** Seals content, and opens it. Default: it is stored as it is. */
  readonly seal?: Seal | null;
  /** False: its schema is left as it is, and has to be up to date. Default true: it is brought up to date. */
  readonly migrate?: boolean;
}

/**
 * Opens the ledger in a PostgreSQL database (15 or newer), or in an embedded store by the URL of its owner. Rejects with a retryable
 * `LedgerUnavailable` where nobody answers.
 *
 * @param now Epoch ms, for the record of migrations.
 */
export async function openLedger(url: string, now: number, options: LedgerOptions = {}): Promise<Ledger> {
  const database = openDatabase(url, options);
  try {
    await (options.migrate === false ? requireMigrated(database) : migrate(database, now));
  } catch (error) {
    await database.close();
    throw error;
  }
  return ledgerOf(database, options.seal ?? null);
}

function ledgerOf(database: Database, seal: Seal | null): Ledger {
  const { query } = database;
  const runs = new Map<RunId, RegisteredRun>();
  const keep = (run: RegisteredRun): RegisteredRun => {
    runs.set(run.id, run);
    return run;
  };
  return {
    registerRun: async (run, now) => runs.get(run.id) ?? keep(await registerRun(database, run, now)),
    noteBounds: (run, bounds, times) => noteBounds(query, { run, bounds, ...times }),
    noteControl: (experiment, control) => noteControl(query, experiment, control),
    noteBudget: (budget) => noteBudget(query, budget),
    noteMisconfigured: (seen, now) => addMisconfigured(query, seen, now),
    retire: (experiment, at) => retireRuns(query, experiment, at),
    async findRun(id) {
      const known = runs.get(id) ?? (await selectRun(query, id));
      return known === null ? null : keep(known);
    },
    storeBatch: (batch, rows, now, judging) => storeBatch(database, batch, rows, now, seal, judging),
    reject: (rejections, now) => reject(database, rejections, now, seal),
    tryLease: (holder, now, ttlMs) => tryLease(query, holder, now, ttlMs),
    noteQueue: (holder, view) => noteQueue(query, holder, view),
    releaseLease: (holder) => releaseLease(query, holder),
    closeSlices: (options) => closeSlices(database, options),
    compact: (options) => compact(database, options),
    recordTransition: (transition) => recordTransition(database, transition),
    snapshot: (options) => readSnapshot(database, options, seal),
    readEvidence: (wanted) => readEvidence(query, wanted),
    readPairs: (wanted) => readPairs(query, wanted, seal),
    findCall: (pair) => findCall(database, pair),
    erase: (target, { dryRun }) => erase(database, target, { dryRun, seal }),
    expire: (options) => expire(database, options),
    judging: judgingOf(database, seal),
    embeddings: embeddingsOf(query, seal),
    labels: labelsOf(database, seal),
    changes: changesOf(database),
    close: () => database.close(),
  };
}

async function findCall({ query }: Database, pair: string): Promise<CallId | null> {
  const { rows } = await query<{ call: string }>(
    'select call::text as call from understudy.pairs where pair = $1::uuid',
    [pair],
  );
  return (rows[0]?.call ?? null) as CallId | null;
}

async function recordTransition({ query }: Database, transition: StoredTransition): Promise<boolean> {
  const { run, arm, state, reason, stream, sentence, pairs, at } = transition;
  const { count } = await query(
    `insert into understudy.transitions (run, arm, state, reason, stream, sentence, pairs, at) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict do nothing`,
    [run, arm, state, reason ?? null, storable(stream), storable(sentence), pairs, at],
  );
  return count === 1;
}
