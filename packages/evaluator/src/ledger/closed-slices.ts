import type { Query } from './database.js';
import type { OpenRun } from './insert-pairs.js';
import type { PairRow } from './ledger.js';
import { addLegs, type LegKind, type ProducerLegs, selectClosedLegs } from './leg-sums.js';
import { storable } from './text.js';

/** A slice of a run. */
export interface Place {
  readonly run: string;
  readonly slice: number;
}

export function placeKey({ run, slice }: Place): string {
  return `${run} ${slice}`;
}

/**
 * Which of these slices have been compacted: the producer has been compacted past them, and holds no counts of them any more.
 * What it says of them is ignored, since nobody can tell what is new in it.
 */
export async function compactedPlaces(
  query: Query,
  producer: string,
  places: readonly Place[],
  runs: ReadonlyMap<string, OpenRun>,
): Promise<ReadonlySet<string>> {
  const old = distinct(places).filter(({ run, slice }) => slice <= (runs.get(run)?.compacted ?? -1));
  if (old.length === 0) return new Set();
  const { rows } = await query<Place>(
    `select run, slice from unnest($2::text[], $3::bigint[]) as t (run, slice)
     where not exists (select from understudy.slice_counts c where c.run = t.run and c.slice = t.slice and c.producer = $1)
       and not exists (select from understudy.pair_counts c where c.run = t.run and c.slice = t.slice and c.producer = $1)`,
    [producer, old.map((one) => one.run), old.map((one) => one.slice)],
  );
  return new Set(rows.map(placeKey));
}

/** Runs `write`, which changes what `producer` counts in these places, and keeps the sums of those that are closed in step. */
export async function keepingSums(
  query: Query,
  producer: string,
  places: readonly Place[],
  runs: ReadonlyMap<string, OpenRun>,
  write: () => Promise<void>,
): Promise<void> {
  const closed = distinct(places).filter(({ run, slice }) => slice <= (runs.get(run)?.through ?? -1));
  const byRun = [...Map.groupBy(closed, ({ run }) => run)].sort(([a], [b]) => (a < b ? -1 : 1));
  const before = new Map<string, readonly ProducerLegs[]>();
  for (const [run, some] of byRun) before.set(run, await selectClosedLegs(query, run, slicesOf(some), producer));
  await write();
  for (const [run, some] of byRun) {
    const after = await selectClosedLegs(query, run, slicesOf(some), producer);
    await addLegs(query, run, [...after, ...(before.get(run) ?? []).map((one) => ({ ...one, legs: -one.legs }))]);
  }
}

/**
 * Adds pairs whose slice has been compacted to the sums. Such a leg was lost before; where its producer lost none, it was never
 * counted, and was admitted all the same.
 */
export async function addCompacted(query: Query, producer: string, rows: readonly PairRow[]): Promise<void> {
  const groups = Map.groupBy(rows, ({ run, arm, segment }) => JSON.stringify([run, arm, storable(segment)]));
  for (const [, group] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [first] = group;
    if (first === undefined) continue;
    const { run, arm } = first;
    const segment = storable(first.segment);
    const found = Math.min(group.length, await goneOf(query, { run, producer, arm, segment }));
    const legs = (kind: LegKind, count: number, name = ''): ProducerLegs => ({
      producer,
      arm,
      segment,
      kind,
      name,
      legs: count,
    });
    await addLegs(query, run, [
      legs('gone', -found),
      legs('admitted', group.length - found),
      legs('due', group.length - found),
      legs('late', group.length),
      ...group.map(({ facts }) => legs('stored', 1, `${facts.primary.status} ${facts.shadow.status}`)),
    ]);
  }
}

async function goneOf(
  query: Query,
  of: { readonly run: string; readonly producer: string; readonly arm: string; readonly segment: string },
): Promise<number> {
  const { rows } = await query<{ legs: number }>(
    `select legs from understudy.leg_sums
     where run = $1 and arm = $2 and segment = $3 and kind = 'gone' and name = '' and producer =
       (select case when merged then '' else producer end from understudy.producer_runs where run = $1 and producer = $4)
     for update`,
    [of.run, of.arm, of.segment, of.producer],
  );
  return rows[0]?.legs ?? 0;
}

function slicesOf(places: readonly Place[]): readonly number[] {
  return places.map(({ slice }) => slice);
}

function distinct(places: readonly Place[]): readonly Place[] {
  return [...new Map(places.map((place) => [placeKey(place), place])).values()];
}
