import { SEGMENT_ALL, SEGMENT_NONE, SEGMENT_OTHER, type SliceCount } from '@understudy/instrumentation/trial';
import type { Query } from './database.js';
import { storable } from './text.js';

/** Names that are not a run's own, and take no place. */
export const RESERVED: ReadonlySet<string> = new Set([SEGMENT_ALL, SEGMENT_NONE, SEGMENT_OTHER]);

/** A run's segments that are told apart. */
interface Places {
  readonly max: number;
  /** Critical ones have their place from the start. */
  readonly taken: Set<string>;
}

/** Anything that names a segment of a run. */
interface Named {
  readonly run: string;
  readonly segment: string;
}

/**
 * What a batch says, with at most `segments.max` segments a run over all processes: each process bounds its own, and ten that see
 * different ones send ten times as many. The first to come have a place; the rest is `_other`, in counts and pairs alike, so that
 * what adds up still does.
 *
 * A place is never given back, and none is given once all are taken: a segment is the same each time its batch comes.
 */
export async function boundSegments<Row extends Named>(
  query: Query,
  counts: readonly SliceCount[],
  rows: readonly Row[],
): Promise<{ readonly counts: readonly SliceCount[]; readonly rows: readonly Row[] }> {
  const named = namesByRun([...counts, ...rows]);
  if (named.size === 0) return { counts, rows };
  let places = await placesOf(query, [...named.keys()], '');
  if (missing(named, places).some(({ free }) => free > 0)) {
    // Whoever gives a place is alone with it: the others see what is left once this transaction has ended.
    places = await placesOf(query, [...named.keys()], 'for no key update');
    await take(query, named, places);
  }
  const nameOf = ({ run, segment }: Named): string => {
    const name = storable(segment);
    const known = places.get(run)?.taken;
    return known === undefined || known.has(name) || RESERVED.has(name) ? segment : SEGMENT_OTHER;
  };
  const bounded = <One extends Named>(one: One): One => {
    const segment = nameOf(one);
    return segment === one.segment ? one : { ...one, segment };
  };
  return { counts: summed(counts.map(bounded)), rows: rows.map(bounded) };
}

function namesByRun(all: readonly Named[]): ReadonlyMap<string, ReadonlySet<string>> {
  const byRun = new Map<string, Set<string>>();
  for (const { run, segment } of all) {
    const name = storable(segment);
    if (RESERVED.has(name)) continue;
    const names = byRun.get(run) ?? new Set<string>();
    byRun.set(run, names.add(name));
  }
  return byRun;
}

async function placesOf(
  query: Query,
  runs: readonly string[],
  lock: '' | 'for no key update',
): Promise<ReadonlyMap<string, Places>> {
  const { rows } = await query<{ run: string; segments: { max: number; critical: readonly string[] } }>(
    `select run, definition->'segments' as segments from understudy.runs where run = any($1::text[]) order by run ${lock}`,
    [runs],
  );
  // Read once the locks are held.
  const known = await query<Named>('select run, segment from understudy.segments where run = any($1::text[])', [runs]);
  const byRun = Map.groupBy(known.rows, ({ run }) => run);
  return new Map(
    rows.map(({ run, segments: { max, critical } }) => {
      const taken = new Set([...critical, ...(byRun.get(run) ?? []).map(({ segment }) => segment)]);
      return [run, { max, taken }];
    }),
  );
}

/** The names that have no place, and how many places there are. */
function missing(
  named: ReadonlyMap<string, ReadonlySet<string>>,
  places: ReadonlyMap<string, Places>,
): readonly {
  readonly run: string;
  readonly taken: Set<string>;
  readonly names: readonly string[];
  readonly free: number;
}[] {
  return [...named].flatMap(([run, all]) => {
    const place = places.get(run);
    if (place === undefined) return [];
    const names = [...all].filter((name) => !place.taken.has(name));
    return names.length === 0 ? [] : [{ run, taken: place.taken, names, free: place.max - place.taken.size }];
  });
}

async function take(
  query: Query,
  named: ReadonlyMap<string, ReadonlySet<string>>,
  places: ReadonlyMap<string, Places>,
): Promise<void> {
  for (const { run, taken, names, free } of missing(named, places)) {
    const given = names.slice(0, Math.max(0, free));
    await query('insert into understudy.segments (run, segment) select $1, unnest($2::text[]) on conflict do nothing', [
      run,
      given,
    ]);
    for (const name of given) taken.add(name);
  }
}

/** Counts that have become one are one: a batch has the whole of each slice, so that their sum is as cumulative as they are. */
function summed(counts: readonly SliceCount[]): readonly SliceCount[] {
  const byKey = Map.groupBy(counts, ({ run, slice, segment, arm, pi }) =>
    JSON.stringify([run, slice, segment === SEGMENT_OTHER ? segment : storable(segment), arm, pi]),
  );
  return [...byKey.values()].flatMap((group) => {
    const [first, ...rest] = group;
    if (first === undefined) return [];
    return first.segment === SEGMENT_OTHER ? [rest.reduce(added, first)] : group;
  });
}

function added(a: SliceCount, b: SliceCount): SliceCount {
  return {
    ...a,
    eligible: a.eligible + b.eligible,
    sampled: a.sampled + b.sampled,
    skipped: reasonsOf(a.skipped, b.skipped),
    admitted: a.admitted + b.admitted,
    published: a.published + b.published,
    dropped: reasonsOf(a.dropped, b.dropped),
    final: a.final && b.final,
  };
}

function reasonsOf(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const sums = new Map(Object.entries(a));
  for (const [reason, legs] of Object.entries(b)) sums.set(reason, (sums.get(reason) ?? 0) + legs);
  return Object.fromEntries(sums);
}
