import type { SeenVerdict, VerdictChange } from './change.js';
import type { Database, Query } from './database.js';
import { LeaseLost } from './errors.js';
import { fence } from './lease.js';
import { noticesOf, type NoticeLedger } from './notices.js';
import { storable } from './text.js';

export interface RecordOptions {
  readonly holder: string;
  readonly now: number;
  readonly seen: readonly SeenVerdict[];
  /** Who is to be told, by name. */
  readonly destinations: readonly string[];
}

/** The part of the ledger that says how verdicts have changed. */
export interface ChangeLedger extends NoticeLedger {
  /**
   * Stores what is not as it was, with a notice for each destination where the state is another: what nobody knew of was `hold`. Gives what was
   * stored now. Needs the lease; without it stores nothing.
   */
  record(options: RecordOptions): Promise<readonly VerdictChange[]>;
  /** The last changes of a candidate, the newest first, at most `limit`. */
  history(candidate: Pick<SeenVerdict, 'experiment' | 'arm'>, limit: number): Promise<readonly VerdictChange[]>;
}

/** Changes kept of a candidate: one whose verdict goes to and fro must not fill the database. */
const KEPT = 1000;

const CHANGE_COLUMNS = 'id, experiment, arm, run, k, state, previous, reason, sentence, pairs, at';

export function changesOf(database: Database): ChangeLedger {
  return {
    ...noticesOf(database),
    async record(options) {
      const known = await lastOf(database.query, options.seen);
      if (!options.seen.some((one) => isChange(one, known))) return [];
      try {
        return await database.transaction((query) => record(query, options));
      } catch (error) {
        if (error instanceof LeaseLost) return [];
        throw error;
      }
    },
    async history({ experiment, arm }, limit) {
      const { rows } = await database.query<VerdictChange>(
        `select ${CHANGE_COLUMNS} from understudy.changes where experiment = $1 and arm = $2 order by seq desc limit $3`,
        [storable(experiment), storable(arm), limit],
      );
      return rows;
    },
  };
}

type Last = Pick<VerdictChange, 'experiment' | 'arm' | 'run' | 'k' | 'state'> & { readonly seq: number };

async function lastOf(query: Query, seen: readonly SeenVerdict[]): Promise<ReadonlyMap<string, Last>> {
  const { rows } = await query<Last>(
    `select distinct on (experiment, arm) experiment, arm, run, k, state, seq from understudy.changes
     where experiment = any($1::text[]) order by experiment, arm, seq desc`,
    [[...new Set(seen.map(({ experiment }) => storable(experiment)))]],
  );
  return new Map(rows.map((row) => [keyOf(row), row]));
}

function keyOf({ experiment, arm }: Pick<SeenVerdict, 'experiment' | 'arm'>): string {
  return JSON.stringify([storable(experiment), storable(arm)]);
}

/** What was seen of an earlier run is old: a replica that looked before the newest one was announced. */
function isChange(one: SeenVerdict, known: ReadonlyMap<string, Last>): boolean {
  const last = known.get(keyOf(one));
  return last === undefined || (last.k <= one.k && (last.state !== one.state || last.run !== one.run));
}

async function record(
  query: Query,
  { holder, now, seen, destinations }: RecordOptions,
): Promise<readonly VerdictChange[]> {
  await fence(query, holder, now);
  const known = await lastOf(query, seen);
  const stored: VerdictChange[] = [];
  for (const one of seen.filter((each) => isChange(each, known))) {
    const last = known.get(keyOf(one));
    const change = await insert(query, one, last);
    stored.push(change);
    if (one.state === (last?.state ?? 'hold')) continue;
    await query(
      `insert into understudy.notices (destination, change, due_at)
       select destination, $2, $3 from unnest($1::text[]) as destination on conflict do nothing`,
      [destinations, change.id, now],
    );
  }
  return stored;
}

async function insert(query: Query, one: SeenVerdict, last: Last | undefined): Promise<VerdictChange> {
  const { experiment, arm, run, k, state, reason, sentence, pairs, at } = one;
  const seq = (last?.seq ?? 0) + 1;
  const { rows } = await query<VerdictChange>(
    `insert into understudy.changes (experiment, arm, seq, run, k, state, previous, reason, sentence, pairs, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning ${CHANGE_COLUMNS}`,
    [
      storable(experiment),
      storable(arm),
      seq,
      run,
      k,
      state,
      last?.state ?? null,
      reason,
      storable(sentence),
      pairs,
      at,
    ],
  );
  await query('delete from understudy.changes where experiment = $1 and arm = $2 and seq <= $3', [
    storable(experiment),
    storable(arm),
    seq - KEPT,
  ]);
  const [stored] = rows;
  if (stored === undefined) throw new TypeError('the database has inserted no row and said nothing');
  return stored;
}
