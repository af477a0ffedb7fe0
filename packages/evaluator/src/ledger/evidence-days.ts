import { AA_ARM, SEGMENT_ALL } from '@understudy/instrumentation/trial';
import type { StoredEvidence } from '../tally/close-win-rate.js';
import { DAY_MS } from '../tally/day.js';
import { mergeStored } from '../tally/merge-stored.js';
import { isShown } from '../tally/observed-codec.js';
import type { Query } from './database.js';
import type { EvidenceDay } from './snapshot.js';
import { preferenceOf, talliesOf, type TotalRow } from './totals.js';

/** Days that are kept apart, the last ones; and the first one, from which days are counted. A window is seldom longer than 30. */
export const DAYS_KEPT = 35;

/** The evidence of one day, as it is stored. */
export type DayRow = Omit<TotalRow, 'stream'> & { readonly day: number };

/** The day (epoch days, UTC) of a slice, by its start. */
export function dayOf(slice: number, lengthMs: number): number {
  return Math.floor((slice * lengthMs) / DAY_MS);
}

/** What of a slice's evidence is kept by day: that of candidates in the overall stream, and nothing that is only shown. */
export function isOfDays({ arm, stream, metric }: Omit<StoredEvidence, 'bytes'>): boolean {
  return arm !== AA_ARM && stream === SEGMENT_ALL && !isShown(metric);
}

/** Adds the evidence of a slice to its day. The caller's transaction makes it once. */
export async function addEvidenceDays(
  query: Query,
  run: string,
  day: number,
  evidence: readonly StoredEvidence[],
): Promise<void> {
  const own = evidence.filter(isOfDays);
  if (own.length === 0) return;
  const keys = [own.map(({ arm }) => arm), own.map(({ metric }) => metric)] as const;
  const { rows } = await query<{ arm: string; metric: string; bytes: Buffer }>(
    `select arm, metric, bytes from understudy.evidence_days where run = $1 and day = $2
       and (arm, metric) in (select * from unnest($3::text[], $4::text[]))`,
    [run, day, ...keys],
  );
  const sums = own.map(({ arm, metric, bytes }) => {
    const known = rows.find((row) => row.arm === arm && row.metric === metric);
    return Buffer.from(known === undefined ? bytes : mergeStored(known.bytes, bytes)).toString('base64');
  });
  await query(
    `insert into understudy.evidence_days (run, arm, metric, day, bytes)
     select $1, arm, metric, $2, decode(bytes, 'base64') from unnest($3::text[], $4::text[], $5::text[]) as t (arm, metric, bytes)
     on conflict (run, arm, metric, day) do update set bytes = excluded.bytes`,
    [run, day, ...keys, sums],
  );
  if (rows.length > 0) return;
  // A new day: one that is too old to begin a test on goes.
  await query(
    `delete from understudy.evidence_days d where run = $1 and day <= $2
       and day > (select min(day) from understudy.evidence_days f where f.run = d.run and f.arm = d.arm)`,
    [run, day - DAYS_KEPT],
  );
}

/** By arm. */
export async function selectEvidenceDays(
  query: Query,
  run: string,
): Promise<ReadonlyMap<string, readonly EvidenceDay[]>> {
  const { rows } = await query<DayRow>(
    'select arm, metric, day, bytes from understudy.evidence_days where run = $1 order by arm, day, metric',
    [run],
  );
  return evidenceDaysOf(rows);
}

/** Evidence of days, read and put in its place, by arm; the days in order. Pure. @throws TallyError */
export function evidenceDaysOf(rows: readonly DayRow[]): ReadonlyMap<string, readonly EvidenceDay[]> {
  const arms = Map.groupBy(rows, ({ arm }) => arm);
  return new Map(
    [...arms].map(([arm, own]) => {
      const days = [...Map.groupBy(own, ({ day }) => day)].toSorted(([a], [b]) => a - b);
      return [arm, days.map(([day, some]) => ({ day, gates: talliesOf(some), preference: preferenceOf(some) }))];
    }),
  );
}
