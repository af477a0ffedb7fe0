import { SEGMENT_ALL } from '@understudy/instrumentation/trial';
import { type ArmGuard, armGuardReport, EMPTY_ARM_GUARD, isEnough, mergeArmGuards } from '../judge/guard/arm-guard.js';
import { readArmGuard } from '../judge/stored.js';
import type { Query } from './database.js';
import { PERIOD_MS } from './judging/arm-guards.js';
import type { RegisteredRun } from './ledger.js';

/** Hours of a segment that are read at first, and then at a time for as long as it has too few pairs. */
const FIRST_HOURS = 2;
const MORE_HOURS = 8;

/** What the outputs of an arm look like in one segment and hour. */
interface Hour {
  readonly arm: string;
  readonly segment: string;
  readonly period: number;
  readonly guard: ArmGuard;
}

type Place = Pick<Hour, 'arm' | 'segment'>;

/**
 * Puts arms into quarantine whose outputs are the same for everybody, up to the hour of a slice. It stays: what such an arm won before, it won
 * in the same way.
 *
 * Looked at are the newest hours that hold enough pairs for it, of each segment and of all of them together: an arm of little traffic, or of many
 * segments, is looked at as well, only over a longer time. A segment's hour that has enough by itself is also looked at alone, so that what turned
 * constant lately is not diluted.
 */
export async function quarantine(query: Query, run: RegisteredRun, at: number, now: number): Promise<void> {
  const hours = await newestHours(query, run.id, Math.floor(at / PERIOD_MS));
  for (const [arm, own] of Map.groupBy(hours, (hour) => hour.arm)) {
    for (const { segment, guard } of looksAt(own)) {
      const { reason } = armGuardReport(guard);
      if (reason === null) continue;
      await query(
        'insert into understudy.quarantines (run, arm, segment, reason, at) values ($1, $2, $3, $4, $5) on conflict do nothing',
        [run.id, arm, segment, reason, now],
      );
      break;
    }
  }
}

function looksAt(hours: readonly Hour[]): readonly Pick<Hour, 'segment' | 'guard'>[] {
  const segments = [...Map.groupBy(hours, ({ segment }) => segment)];
  const looks = [
    ...hours,
    ...segments.map(([segment, own]) => ({ segment, guard: backToEnough(own) })),
    { segment: SEGMENT_ALL, guard: backToEnough(hours) },
  ];
  return looks.filter(({ guard }) => isEnough(guard));
}

/** Whole hours, the newest first, until they hold enough pairs. */
function backToEnough(hours: readonly Hour[]): ArmGuard {
  let merged = EMPTY_ARM_GUARD;
  const periods = [...Map.groupBy(hours, ({ period }) => period)].toSorted(([a], [b]) => b - a);
  for (const [, own] of periods) {
    if (isEnough(merged)) break;
    merged = own.map(({ guard }) => guard).reduce(mergeArmGuards, merged);
  }
  return merged;
}

/** Of each segment of the arms that are not in quarantine the newest hours, back to where they hold enough pairs together. */
async function newestHours(query: Query, run: string, period: number): Promise<readonly Hour[]> {
  const { rows: places } = await query<Place>(
    `select distinct g.arm, g.segment from understudy.arm_guards g where g.run = $1 and g.period <= $2
       and not exists (select from understudy.quarantines q where q.run = g.run and q.arm = g.arm)`,
    [run, period],
  );
  const hours: Hour[] = [];
  let open = places.map((place) => ({ ...place, before: period + 1 }));
  for (let limit = FIRST_HOURS; open.length > 0; limit = MORE_HOURS) {
    const read = await hoursBefore(query, run, open, limit);
    hours.push(...read);
    open = open.flatMap(({ arm, segment }) => {
      const isHere = (hour: Hour): boolean => hour.arm === arm && hour.segment === segment;
      const [more, own] = [read.filter(isHere), hours.filter(isHere)];
      if (more.length < limit || isEnough(backToEnough(own))) return [];
      return [{ arm, segment, before: Math.min(...more.map((hour) => hour.period)) }];
    });
  }
  return hours;
}

async function hoursBefore(
  query: Query,
  run: string,
  places: readonly (Place & { readonly before: number })[],
  limit: number,
): Promise<readonly Hour[]> {
  const { rows } = await query<Omit<Hour, 'guard'> & { readonly state: string }>(
    `select p.arm, p.segment, h.period, h.state
     from unnest($2::text[], $3::text[], $4::bigint[]) as p (arm, segment, before)
     cross join lateral (
       select g.period, g.state::text as state from understudy.arm_guards g
       where g.run = $1 and g.arm = p.arm and g.segment = p.segment and g.period < p.before
       order by g.period desc limit $5
     ) as h
     order by p.arm, p.segment, h.period desc`,
    [
      run,
      places.map(({ arm }) => arm),
      places.map(({ segment }) => segment),
      places.map(({ before }) => before),
      limit,
    ],
  );
  return rows.map(({ state, ...hour }) => ({ ...hour, guard: readArmGuard(state) }));
}
