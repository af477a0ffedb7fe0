import { z } from 'zod';
import { readVigil } from '../judge/stored.js';
import { HEALTH_LIMITS } from '../judge/trial/fitness.js';
import { NEW_VIGIL, tiesUntilFound, type Vigil } from '../judge/trial/vigil.js';
import { type Mark, marked, type Vouching } from '../judge/trial/vouching.js';
import type { StoredEvidence, WinRateMetric } from '../tally/close-win-rate.js';
import { decodeTally } from '../tally/codec.js';
import { snapshot } from '../tally/tally.js';
import type { Query } from './database.js';

const marksSchema = z.array(z.object({ until: z.int().min(0), logE: z.number() }));
const OF_THE_JUDGE: WinRateMetric = 'win_rate_judge_safe';

/** Notes how large the evidence on the judge's word is after a slice, and which canaries are to vouch for it. @param sensitivity J, frozen. */
export async function noteVouching(
  query: Query,
  run: string,
  evidence: readonly Omit<StoredEvidence, 'bytes'>[],
  sensitivity: number,
): Promise<void> {
  const own = evidence.filter(({ metric }) => metric === OF_THE_JUDGE);
  if (own.length === 0) return;
  const streams = [own.map(({ arm }) => arm), own.map(({ stream }) => stream)];
  const { rows } = await query<{ arm: string; stream: string; bytes: Buffer; marks: unknown }>(
    `select t.arm, t.stream, t.bytes, v.marks from understudy.totals t
     left join understudy.vouching v on v.run = t.run and v.arm = t.arm and v.stream = t.stream
     where t.run = $1 and t.metric = $2 and (t.arm, t.stream) in (select * from unnest($3::text[], $4::text[]))`,
    [run, OF_THE_JUDGE, ...streams],
  );
  const vigil = await selectVigil(query, run);
  const { seen } = vigil.sight;
  const until = seen + tiesUntilFound(vigil, sensitivity, HEALTH_LIMITS);
  const marks = rows.map(({ bytes, marks: before }) => {
    const { logE } = snapshot(decodeTally(bytes)).safe;
    return marked({ seen, marks: readMarks(before) }, { until, logE });
  });
  await query(
    `insert into understudy.vouching (run, arm, stream, marks)
     select $1, arm, stream, marks::json from unnest($2::text[], $3::text[], $4::text[]) as t (arm, stream, marks)
     on conflict (run, arm, stream) do update set marks = excluded.marks`,
    [run, rows.map(({ arm }) => arm), rows.map(({ stream }) => stream), marks.map((some) => JSON.stringify(some))],
  );
}

/** By arm and stream. */
export async function selectVouching(
  query: Query,
  run: string,
): Promise<readonly { readonly arm: string; readonly stream: string; readonly vouching: Vouching }[]> {
  const { rows } = await query<{ arm: string; stream: string; marks: unknown }>(
    'select arm, stream, marks from understudy.vouching where run = $1',
    [run],
  );
  if (rows.length === 0) return [];
  const { seen } = (await selectVigil(query, run)).sight;
  return rows.map(({ arm, stream, marks }) => ({ arm, stream, vouching: { seen, marks: readMarks(marks) } }));
}

async function selectVigil(query: Query, run: string): Promise<Vigil> {
  const { rows } = await query<{ vigil: string | null }>(
    'select vigil::text as vigil from understudy.judge_state where run = $1 and main',
    [run],
  );
  const stored = rows[0]?.vigil ?? null;
  return stored === null ? NEW_VIGIL : readVigil(stored);
}

function readMarks(stored: unknown): readonly Mark[] {
  return stored === null ? [] : marksSchema.parse(stored);
}
