import type { Query } from './database.js';
import { funnelState } from './funnel-state.js';
import type { LegKind, LegSum } from './leg-sums.js';
import type { HourState } from './snapshot.js';

const HOUR_MS = 3_600_000;

const KINDS: ReadonlySet<LegKind> = new Set([
  'sampled',
  'admitted',
  'skipped',
  'covered',
  'uncovered',
  'squared',
  'evidence',
]);

/** The hour of the day that a time (epoch ms) is in. */
export function hourOf(time: number): number {
  return Math.floor(time / HOUR_MS) % 24;
}

/** Adds the legs of a slice that closes to its hour. Nobody but the closer does, so that what is counted later is in no hour. */
export async function addHour(query: Query, run: string, startsAt: number, legs: readonly LegSum[]): Promise<void> {
  const groups = Map.groupBy(
    legs.filter(({ kind }) => KINDS.has(kind)),
    ({ arm, kind, name }) => JSON.stringify([arm, kind, name]),
  );
  const rows = [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ ...first, legs: group.reduce((sum, one) => sum + one.legs, 0) }];
  });
  if (rows.length === 0) return;
  await query(
    `insert into understudy.hour_sums as sums (run, hour, arm, kind, name, legs)
     select $1, $2, * from unnest($3::text[], $4::text[], $5::text[], $6::bigint[])
     on conflict (run, arm, hour, kind, name) do update set legs = sums.legs + excluded.legs`,
    [
      run,
      hourOf(startsAt),
      rows.map(({ arm }) => arm),
      rows.map(({ kind }) => kind),
      rows.map(({ name }) => name),
      rows.map((one) => one.legs),
    ],
  );
}

/** By arm, in order of the hours that have had calls. */
export async function selectHours(query: Query, run: string): Promise<ReadonlyMap<string, readonly HourState[]>> {
  const { rows } = await query<Omit<LegSum, 'segment'> & { hour: number }>(
    'select arm, hour, kind, name, legs from understudy.hour_sums where run = $1 order by arm, hour, kind, name',
    [run],
  );
  const byArm = Map.groupBy(rows, ({ arm }) => arm);
  return new Map(
    [...byArm].map(([arm, own]) => {
      const hours = [...Map.groupBy(own, ({ hour }) => hour)];
      return [
        arm,
        hours.map(([hour, some]) =>
          stateOf(
            hour,
            some.map((one) => ({ ...one, segment: '' })),
          ),
        ),
      ];
    }),
  );
}

function stateOf(hour: number, legs: readonly LegSum[]): HourState {
  const { sampled, admitted, skipped, covered, uncovered, squared = {}, evidence } = funnelState(legs);
  return { hour, sampled, admitted, skipped, covered, uncovered, squared, evidence };
}
