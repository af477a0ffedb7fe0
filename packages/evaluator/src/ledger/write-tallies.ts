import type { StoredEvidence } from '../tally/close-win-rate.js';
import { mergeStored } from '../tally/merge-stored.js';
import type { Query } from './database.js';
import { addEvidenceDays, dayOf } from './evidence-days.js';
import type { RegisteredRun } from './record.js';

/** Writes the evidence of one slice, and adds it to the sums of the run and of its day. The caller's transaction makes it both, and once. */
export async function writeTallies(
  query: Query,
  { id: run, definition }: Pick<RegisteredRun, 'id' | 'definition'>,
  slice: number,
  evidence: readonly StoredEvidence[],
): Promise<void> {
  if (evidence.length === 0) return;
  await query(
    `insert into understudy.tallies (run, slice, arm, stream, metric, bytes)
     select $1, $2, arm, stream, metric, decode(bytes, 'base64')
     from unnest($3::text[], $4::text[], $5::text[], $6::text[]) as t (arm, stream, metric, bytes)`,
    [run, slice, ...columnsOf(evidence)],
  );
  const [arms, streams, metrics] = columnsOf(evidence);
  const { rows } = await query<{ arm: string; stream: string; metric: string; bytes: Buffer }>(
    `select arm, stream, metric, bytes from understudy.totals where run = $1
       and (arm, stream, metric) in (select * from unnest($2::text[], $3::text[], $4::text[]))`,
    [run, arms, streams, metrics],
  );
  const before = new Map(rows.map((row) => [keyOf(row), row.bytes]));
  const totals = evidence.map((one) => {
    const total = before.get(keyOf(one));
    return total === undefined ? one : { ...one, bytes: mergeStored(total, one.bytes) };
  });
  await query(
    `insert into understudy.totals (run, through, arm, stream, metric, bytes)
     select $1, $2, arm, stream, metric, decode(bytes, 'base64')
     from unnest($3::text[], $4::text[], $5::text[], $6::text[]) as t (arm, stream, metric, bytes)
     on conflict (run, arm, stream, metric) do update set through = excluded.through, bytes = excluded.bytes`,
    [run, slice, ...columnsOf(totals)],
  );
  await addEvidenceDays(query, run, dayOf(slice, definition.slice.lengthMs), evidence);
}

function columnsOf(evidence: readonly StoredEvidence[]): [string[], string[], string[], string[]] {
  return [
    evidence.map((one) => one.arm),
    evidence.map((one) => one.stream),
    evidence.map((one) => one.metric),
    evidence.map((one) => Buffer.from(one.bytes).toString('base64')),
  ];
}

function keyOf({ arm, stream, metric }: Omit<StoredEvidence, 'bytes'>): string {
  return JSON.stringify([arm, stream, metric]);
}
