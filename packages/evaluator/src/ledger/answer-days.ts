import { decodeDistribution, encodeDistribution } from '../tally/distribution-codec.js';
import { DAYS_BEFORE } from '../tally/drift.js';
import { mergeStored } from '../tally/merge-stored.js';
import type { Primaries } from '../tally/observed.js';
import type { Query } from './database.js';
import type { AnswerDay } from './snapshot.js';

/** Adds what a slice's primaries look like to their day. Slices close in order of start, so that no day before the last nine is added to: the day so far, the last whole one, and the week before that. */
export async function addAnswerDays(
  query: Query,
  run: string,
  day: number,
  primaries: readonly Primaries[],
): Promise<void> {
  if (primaries.length === 0) return;
  const streams = primaries.map(({ stream }) => stream);
  const { rows } = await query<{ stream: string; bytes: Buffer }>(
    'select stream, bytes from understudy.answer_days where run = $1 and day = $2 and stream = any($3::text[])',
    [run, day, streams],
  );
  const before = new Map(rows.map(({ stream, bytes }) => [stream, bytes]));
  const sums = primaries.map(({ stream, answers }) => {
    const fresh = encodeDistribution(answers);
    const known = before.get(stream);
    return Buffer.from(known === undefined ? fresh : mergeStored(known, fresh)).toString('base64');
  });
  await query(
    `insert into understudy.answer_days (run, day, stream, bytes)
     select $1, $2, stream, decode(bytes, 'base64') from unnest($3::text[], $4::text[]) as t (stream, bytes)
     on conflict (run, stream, day) do update set bytes = excluded.bytes`,
    [run, day, streams, sums],
  );
  await query('delete from understudy.answer_days where run = $1 and day < $2', [run, day - DAYS_BEFORE - 1]);
}

/** @param stream One stream alone; default: all. */
export async function selectAnswerDays(
  query: Query,
  run: string,
  stream: string | null = null,
): Promise<readonly AnswerDay[]> {
  const { rows } = await query<{ stream: string; day: number; bytes: Buffer }>(
    'select stream, day, bytes from understudy.answer_days where run = $1 and ($2::text is null or stream = $2) order by stream, day',
    [run, stream],
  );
  return rows.map(({ bytes, ...one }) => ({ ...one, answers: decodeDistribution(bytes) }));
}
