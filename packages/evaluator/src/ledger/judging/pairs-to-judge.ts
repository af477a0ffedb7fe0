import type { RunId, Seal } from '@understudy/instrumentation/trial';
import { AA_ARM } from '@understudy/instrumentation/trial';
import { decodeContent } from '../content.js';
import type { Query } from '../database.js';
import type {
  AnswerOfPrimary,
  JudgedArm,
  JudgeTask,
  PairsToJudgeAgain,
  PairToJudge,
  Taking,
} from './judging-ledger.js';

/** Throws a `SealedError` where the key of the content is not here. */
export async function findPair(query: Query, task: JudgeTask, seal: Seal | null): Promise<PairToJudge | null> {
  const { pair, judge } = task;
  const { rows } = await query<Omit<PairToJudge, 'content'> & { content: Buffer | null }>(
    `select j.status, j.arm, j.segment, p.call::text as call, j.tries, j.failed, j.deadline, p.content from understudy.judgements j
     left join understudy.pairs p using (pair) where j.pair = $1::uuid and j.judge = $2`,
    [pair, judge],
  );
  const [row] = rows;
  if (row === undefined) return null;
  return { ...row, content: row.content === null ? null : await decodeContent(row.content, pair, seal) };
}

/** The earliest first: whoever asks again gets the same, as long as nothing is erased. */
export async function selectAnswers(
  query: Query,
  { run, limit, after }: { readonly run: RunId; readonly limit: number; readonly after: string },
  seal: Seal | null,
): Promise<readonly AnswerOfPrimary[]> {
  const { rows } = await query<{ pair: string; call: string; content: Buffer }>(
    `select pair::text as pair, call::text as call, p.content
     from (select distinct on (f.call) f.pair
       from (select json_object_keys(definition -> 'candidates') as arm from understudy.runs where run = $1 union all select $4) as a
       cross join lateral (select pair, call from understudy.pairs
         where run = $1 and arm = a.arm and call > $3::uuid and content is not null and primary_status = 'ok'
         order by call limit $2) as f
       order by f.call, f.pair limit $2) as one
     join understudy.pairs p using (pair) where p.content is not null order by call`,
    [run, limit, after, AA_ARM],
  );
  return Promise.all(
    rows.map(async ({ pair, call, content }) => ({ pair, call, content: await decodeContent(content, pair, seal) })),
  );
}

export async function selectAgain(
  query: Query,
  { run, judge, after, limit }: PairsToJudgeAgain,
): Promise<readonly { pair: string; arm: string }[]> {
  const { rows } = await query<{ pair: string; arm: string }>(
    `select p.pair::text as pair, p.arm from understudy.pairs p
     where p.run = $1 and p.arm <> $5 and p.primary_status = 'ok' and p.shadow_status = 'ok' and p.content is not null
       and ($3::uuid is null or p.pair > $3::uuid)
       and not exists (select from understudy.judgements j where j.pair = p.pair and j.judge = $2 and j.status <> 'waiting')
     order by p.pair limit $4`,
    [run, judge, after, limit, AA_ARM],
  );
  return rows;
}

/**
 * Takes a pair for whoever judges again, until `until`: false where another one has it, it is settled, or the judge is the run's
 * own by now. Due then, and overdue at no time: the
 * evaluators' workers leave it alone, since they take pairs of main judges only.
 *
 * @param held Until when the caller has it already.
 */
export async function takeAgain(
  query: Query,
  { pair, judge }: JudgeTask,
  { now, until, held = null }: Taking,
): Promise<boolean> {
  const { count } = await query(
    `insert into understudy.judgements as j (pair, judge, run, arm, slice, segment, pi, status, drawn_at, due, deadline)
     select p.pair, $2, p.run, p.arm, p.slice, p.segment, p.pi, 'waiting', $3, $4, $5
     from understudy.pairs p join understudy.judge_state s on s.run = p.run and s.judge = $2 and not s.main
     where p.pair = $1::uuid for share of s
     on conflict (pair, judge) do update set due = excluded.due
     where j.status = 'waiting' and (j.due <= $3 or j.due = $6::bigint)`,
    [pair, judge, now, until, Number.MAX_SAFE_INTEGER, held],
  );
  return count === 1;
}

export async function selectOutcomes(query: Query, run: RunId, judge: string): Promise<readonly JudgedArm[]> {
  const { rows } = await query<JudgedArm>(
    `select arm, count(*) filter (where score = 1) as wins, count(*) filter (where score = .5) as ties,
       count(*) filter (where score = 0) as losses, count(*) filter (where status = 'abstained') as abstained,
       count(*) filter (where status = 'waiting') as waiting
     from understudy.judgements where run = $1 and judge = $2 group by arm order by arm`,
    [run, judge],
  );
  return rows;
}

export async function compareJudges(
  query: Query,
  run: RunId,
  judge: string,
  other: string,
): Promise<{ readonly both: number; readonly same: number }> {
  const { rows } = await query<{ both: number; same: number }>(
    `select count(*) as both, count(*) filter (where a.score = b.score) as same
     from understudy.judgements a join understudy.judgements b on b.pair = a.pair and b.judge = $3
     where a.run = $1 and a.judge = $2 and a.score is not null and b.score is not null`,
    [run, judge, other],
  );
  return rows[0] ?? { both: 0, same: 0 };
}
