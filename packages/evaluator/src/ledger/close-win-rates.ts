import { draw } from '../judge/select.js';
import { closeJudged, closeLabelled, type WinRateInput } from '../tally/close-win-rate.js';
import type { Database, Query } from './database.js';
import { fence } from './lease.js';
import type { CloseOptions, RegisteredRun } from './ledger.js';
import { addLegs, type ProducerLegs } from './leg-sums.js';
import { closedThrough } from './progress.js';
import { noteVouching } from './vouched.js';
import { type JudgedEvidence, loadAbsent, loadJudged } from './win-rate-rows.js';
import { winRateOf, type WinRateSettings } from './win-rate-settings.js';
import { writeTallies } from './write-tallies.js';

/** Slices looked at in one go; there may be more after them. */
const AT_ONCE = 64;

/** How long after its deadline a judgement is left to the judge's workers, who count what they settle: then nobody is at work. */
const GRACE_MS = 60_000;

/** What closes of a win rate: what judges say of a slice, then what people say of it. The names are those of `closed`. */
type Step = 'judgements' | 'labels';

/** The judge whose word is evidence in a run. */
interface MainJudge {
  readonly judge: string;
  /** J, frozen. */
  readonly sensitivity: number | null;
  readonly unfit: string | null;
}

/**
 * Closes what can be closed of the win rate of a run, in order of start, each slice once, in a transaction that holds the lease. A slice
 * waits until each of its pairs that was drawn has its judgement, and then until each that was offered has its label, or its time is over.
 *
 * No judgement is evidence before the judge's sensitivity is frozen, or the judge has been found unfit: what it says is tested against that.
 */
export async function closeWinRates(database: Database, run: RegisteredRun, options: CloseOptions): Promise<void> {
  const settings = winRateOf(run.definition);
  if (settings === null) return;
  const judge = await mainJudge(database.query, run.id);
  if (judge === null || (judge.sensitivity === null && judge.unfit === null)) return;
  for (const step of ['judgements', 'labels'] as const) {
    if (step === 'labels' && settings.labels === null) continue;
    await closeStep(database, run, { settings, judge, step, options });
  }
}

interface Closing {
  readonly settings: WinRateSettings;
  readonly judge: MainJudge;
  readonly step: Step;
  readonly options: CloseOptions;
}

async function closeStep(database: Database, run: RegisteredRun, closing: Closing): Promise<void> {
  const { step, judge, options } = closing;
  for (;;) {
    const { rows } = await database.query<{ slice: number }>(
      'select slice from understudy.win_rate_slices where run = $1 and judged = $2 order by slice limit $3',
      [run.id, step === 'labels', AT_ONCE],
    );
    if (rows.length === 0) return;
    for (const { slice } of rows) {
      if (await isOpen(database.query, run.id, slice, step, judge, options.now)) return;
      await database.transaction((query) => closeOne(query, run, slice, closing));
    }
  }
}

/** Whether anything of the slice is still waited for. */
async function isOpen(
  query: Query,
  run: string,
  slice: number,
  step: Step,
  { judge }: MainJudge,
  now: number,
): Promise<boolean> {
  if (step === 'labels') {
    const { count } = await query(
      `select 1 from understudy.labels
       where run = $1 and slice = $2 and answer is null and not abstained and deadline > $3 limit 1`,
      [run, slice, now],
    );
    return count > 0;
  }
  const { count } = await query(
    `select 1 from understudy.judgements j join understudy.pairs p on p.pair = j.pair
     join understudy.clusters c on c.run = p.run and c.arm = p.arm and c.key = p.cluster and c.call = p.call
     where j.run = $1 and j.slice = $2 and j.judge = $3 and j.status = 'waiting' and j.deadline > $4 limit 1`,
    [run, slice, judge, now - GRACE_MS],
  );
  return count > 0;
}

async function closeOne(query: Query, run: RegisteredRun, slice: number, closing: Closing): Promise<void> {
  const { settings, judge, step, options } = closing;
  await fence(query, options.holder, options.now);
  await closedThrough(query, run.id, 'for update');
  const { count } = await query(
    'select 1 from understudy.win_rate_slices where run = $1 and slice = $2 and judged = $3 for update',
    [run.id, slice, step === 'labels'],
  );
  if (count === 0) return;
  const overdue = step === 'judgements' ? await giveUp(query, run.id, slice, judge, options.now) : 0;
  const pairs = await loadJudged(query, run.id, slice, judge.judge);
  const { piMin, margin, labels } = settings;
  const input: WinRateInput = { pairs, absent: await loadAbsent(query, run.id, slice), piMin, margin };
  let deadline = overdue > 0;
  if (step === 'judgements') {
    const sensitivity = judge.sensitivity ?? -1;
    const evidence = closeJudged(input, sensitivity);
    await writeTallies(query, run, slice, evidence);
    await noteVouching(query, run.id, evidence, sensitivity);
    await addLegs(query, run.id, pairs.flatMap(judgedLegs));
    if (labels !== null) await offer(query, run.id, slice, pairs, labels, options.now);
  } else if (labels !== null) {
    deadline = pairs.some(({ facts }) => facts.status === 'judged' && facts.label === 'unanswered');
    await writeTallies(query, run, slice, closeLabelled(input, labels.rate));
  }
  if (step === 'judgements' && labels !== null) {
    await query('update understudy.win_rate_slices set judged = true where run = $1 and slice = $2', [run.id, slice]);
  } else {
    for (const table of ['win_rate_slices', 'missing_legs'])
      await query(`delete from understudy.${table} where run = $1 and slice = $2`, [run.id, slice]);
  }
  const reason = deadline ? 'deadline' : 'complete';
  await query(
    `insert into understudy.closed as c (run, metric, through, first, ${reason}) values ($1, $2, $3, $3, 1)
     on conflict (run, metric) do update set through = excluded.through, ${reason} = c.${reason} + 1`,
    [run.id, step, slice],
  );
}

async function mainJudge(query: Query, run: string): Promise<MainJudge | null> {
  const { rows } = await query<MainJudge>(
    'select judge, sensitivity, unfit from understudy.judge_state where run = $1 and main',
    [run],
  );
  return rows[0] ?? null;
}

/**
 * What is still waited for when its time is over is an abstention, and stays one: the judge's word may come afterwards, and must not be in
 * what closes with the labels when it was not in what closed before.
 */
async function giveUp(query: Query, run: string, slice: number, { judge }: MainJudge, now: number): Promise<number> {
  const { count } = await query(
    `update understudy.judgements set status = 'abstained', settled_at = $4,
       detail = coalesce(detail, '{"v":1,"reason":"deadline"}'::json)
     where run = $1 and slice = $2 and judge = $3 and status = 'waiting'`,
    [run, slice, judge, now],
  );
  return count;
}

/** Offers judged pairs to people, abstentions included, each with the policy's probability and apart from all that was said of it. */
async function offer(
  query: Query,
  run: string,
  slice: number,
  pairs: readonly JudgedEvidence[],
  { rate, deadlineMs }: NonNullable<WinRateSettings['labels']>,
  now: number,
): Promise<void> {
  const judged = pairs.filter(({ facts }) => facts.status === 'judged');
  if (judged.length === 0) return;
  const { rows } = await query<{ key: string }>('select key from understudy.draw_key');
  const [drawn] = rows;
  if (drawn === undefined) throw new Error('pairs were drawn for the judge, and there is no key they were drawn with');
  const offered = judged.filter(({ pair }) => draw('label', pair, drawn.key) < rate);
  if (offered.length === 0) return;
  await query(
    `insert into understudy.labels (pair, run, arm, slice, segment, offered_at, deadline)
     select pair, $1, arm, $2, segment, $3, $4 from unnest($5::uuid[], $6::text[], $7::text[]) as t (pair, arm, segment)
     on conflict do nothing`,
    [
      run,
      slice,
      now,
      now + deadlineMs,
      offered.map(({ pair }) => pair),
      offered.map(({ arm }) => arm),
      offered.map(({ segment }) => segment),
    ],
  );
}

/** What the judge said, for the counters. */
function judgedLegs({ judgement, producer, arm, segment }: JudgedEvidence): readonly ProducerLegs[] {
  if (judgement === null) return [];
  const { status, score } = judgement;
  const name = status === 'known' ? 'exact' : status === 'judged' ? sideOf(score ?? 0.5) : 'abstained';
  return [{ producer, arm, segment, kind: 'judged', name, legs: 1 }];
}

function sideOf(score: number): string {
  return score > 0.5 ? 'shadow' : score < 0.5 ? 'primary' : 'tie';
}
