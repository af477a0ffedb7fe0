import type { Query } from '../database.js';
import type { JudgeSpan } from './judging-ledger.js';

/** Spans are kept for so long after they began, in milliseconds. */
const KEPT_MS = 7_200_000;

/** Adds to what was used, unless that would exceed the limit. One statement: any number of evaluators may do this at once. */
export async function use(query: Query, span: JudgeSpan, amount: number, limit: number): Promise<boolean> {
  if (amount > limit) return false;
  const { count, rows } = await query<{ used: number }>(
    `insert into understudy.judge_pace as p (experiment, span, starts, used) values ($1, $2, $3, $4)
     on conflict (experiment, span, starts) do update set used = p.used + excluded.used
     where p.used + excluded.used <= $5 returning p.used`,
    [span.experiment, span.span, span.starts, amount, limit],
  );
  if (rows[0]?.used === amount) {
    await query(
      `delete from understudy.judge_pace where experiment = $1 and span in ('minute', 'hour') and starts < $2`,
      [span.experiment, span.starts - KEPT_MS],
    );
  }
  return count === 1;
}

export async function giveBack(query: Query, span: JudgeSpan, amount: number): Promise<void> {
  await query(
    'update understudy.judge_pace set used = greatest(0, used - $4) where experiment = $1 and span = $2 and starts = $3',
    [span.experiment, span.span, span.starts, amount],
  );
}
