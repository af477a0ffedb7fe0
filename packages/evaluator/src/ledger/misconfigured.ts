import { type Misconfiguration, MISCONFIGURATIONS } from '@understudy/instrumentation/trial';
import type { Query } from './database.js';
import type { SeenMisconfigured } from './ledger.js';
import type { MisconfiguredBy, MisconfiguredState } from './snapshot.js';
import { storable } from './text.js';

/** Rows of a look: many more than causes times experiments of any ledger that is about something. */
const MOST_SHOWN = 256;
/** Processes of a look for each cause and experiment, so that a fleet of one does not hide the one process of another; and of all together. */
const MOST_OWNERS = 64;
const MOST_OF_ALL_OWNERS = 4096;
/** What a batch is taken to bring at most: all causes, of the process as a whole and of a few dozen experiments. */
const MOST_OF_A_BATCH = 512;

/**
 * Adds what was seen, in one statement and in an order of its own, so that two who do it at once do not wait for each other. Of causes that only
 * a newer version knows nothing is kept, nor is what a producer says of experiments that it has not announced: who can write a batch may name any.
 *
 * @param producer Who says it; null: this evaluator, of what is configured.
 */
export async function addMisconfigured(
  query: Query,
  seen: readonly SeenMisconfigured[],
  now: number,
  producer: string | null = null,
): Promise<void> {
  const known = seen.filter(({ cause, count }) => Object.hasOwn(MISCONFIGURATIONS, cause) && count > 0);
  const keyOf = ({ cause, experiment }: SeenMisconfigured): string => `${cause} ${storable(experiment ?? '')}`;
  const distinct = [...new Map(known.map((one) => [keyOf(one), one])).values()];
  if (distinct.length === 0) return;
  await query(
    `insert into understudy.misconfigured as m (cause, experiment, occurrences, found, first_at, last_at)
     select cause, experiment, occurrences, found, $5, $5
     from unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) as seen (cause, experiment, occurrences, found)
     where $6::text is null or experiment = '' or experiment in (
       select r.experiment from understudy.producer_runs p join understudy.runs r using (run) where p.producer = $6
     )
     order by cause, experiment limit $7
     on conflict (cause, experiment) do update set occurrences = m.occurrences + excluded.occurrences,
       found = excluded.found, last_at = greatest(m.last_at, excluded.last_at)`,
    [
      distinct.map(({ cause }) => cause),
      distinct.map(({ experiment }) => storable(experiment ?? '')),
      distinct.map(({ count }) => count),
      distinct.map(({ found }) => storable(found)),
      Math.floor(now),
      producer,
      MOST_OF_A_BATCH,
    ],
  );
  await addOwners(query, distinct, now, producer);
}

/** Notes whose process it is that something concerns as a whole. */
async function addOwners(
  query: Query,
  seen: readonly SeenMisconfigured[],
  now: number,
  producer: string | null,
): Promise<void> {
  const owners = seen
    .filter(({ experiment }) => experiment === null)
    .flatMap(({ cause, found, by = producer === null ? [] : [{ producer, found }] }) =>
      by.map((one) => ({ cause, ...one })),
    );
  if (owners.length === 0) return;
  await query(
    `insert into understudy.misconfigured_by as m (cause, producer, found, last_at)
     select cause, producer, found, $4 from unnest($1::text[], $2::text[], $3::text[]) as seen (cause, producer, found)
     order by cause, producer limit $5
     on conflict (cause, producer) do update set found = excluded.found, last_at = greatest(m.last_at, excluded.last_at)`,
    [
      owners.map(({ cause }) => cause),
      owners.map((one) => storable(one.producer)),
      owners.map(({ found }) => storable(found)),
      Math.floor(now),
      MOST_OF_A_BATCH,
    ],
  );
}

/** Those that were seen last, by cause and experiment. */
export async function selectMisconfigured(query: Query): Promise<readonly MisconfiguredState[]> {
  const { rows } = await query<Row>(
    `select * from (
       select cause, experiment, occurrences, found, first_at, last_at from understudy.misconfigured
       order by last_at desc, cause, experiment limit $1
     ) last order by cause, experiment`,
    [MOST_SHOWN],
  );
  const { rows: owners } = await query<Owner>(
    `select distinct cause, producer, found, last_at from (
       select m.*, row_number() over (partition by m.cause, s.experiment order by m.last_at desc, m.producer) as place
       from understudy.misconfigured_by m left join (
         select distinct p.producer, r.experiment from understudy.producer_runs p join understudy.runs r using (run)
       ) s using (producer)
     ) ranked where place <= $1 order by last_at desc, cause, producer limit $2`,
    [MOST_OWNERS, MOST_OF_ALL_OWNERS],
  );
  const ownersOf = (wanted: Misconfiguration): readonly MisconfiguredBy[] =>
    owners
      .filter(({ cause }) => cause === wanted)
      .map(({ producer, found, last_at: lastAt }) => ({ producer, found, lastAt }));
  return rows.map(({ cause, experiment, occurrences, found, first_at: firstAt, last_at: lastAt }) => {
    const all = { cause, count: occurrences, found, firstAt, lastAt };
    return experiment === '' ? { ...all, experiment: null, by: ownersOf(cause) } : { ...all, experiment, by: [] };
  });
}

interface Owner {
  readonly cause: Misconfiguration;
  readonly producer: string;
  readonly found: string;
  readonly last_at: number;
}

interface Row {
  readonly cause: Misconfiguration;
  readonly experiment: string;
  readonly occurrences: number;
  readonly found: string;
  readonly first_at: number;
  readonly last_at: number;
}
