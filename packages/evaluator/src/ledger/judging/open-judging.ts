import { randomBytes } from 'node:crypto';
import type { Bounds } from '@understudy/instrumentation/experiment';
import type { Seal } from '@understudy/instrumentation/trial';
import type { Database, Query } from '../database.js';
import { noteAsked } from './asked.js';
import {
  beginTrial,
  disqualify,
  failCanaries,
  finishTrial,
  holdJudge,
  selectMain,
  selectState,
  selectUntried,
} from './judge-state.js';
import type { JudgingLedger } from './judging-ledger.js';
import { insertJudge } from './main-judge.js';
import { memoryOf } from './orders.js';
import { giveBack, use } from './pace.js';
import { compareJudges, findPair, selectAgain, selectAnswers, selectOutcomes, takeAgain } from './pairs-to-judge.js';
import { settle } from './settle.js';
import { claim, expire, hold, later, release } from './waiting.js';

/** Before all calls. */
const NO_CALL = '00000000-0000-0000-0000-000000000000';

export function judgingOf(database: Database, seal: Seal | null): JudgingLedger {
  const { query } = database;
  return {
    drawKey: () => drawKey(query),
    isUsed: async () => (await query('select from understudy.judge_state limit 1')).count > 0,
    boundsOf: (run) => selectBoundsOf(query, run),
    mainJudge: (run) => selectMain(query, run),
    state: (run, judge) => selectState(query, run, judge),
    addJudge: (run, judge, { main }) => insertJudge(query, run, judge, main),
    untried: (now) => selectUntried(query, now),
    beginTrial: (state, sources) => beginTrial(query, state, sources),
    failCanaries: (state, failures) => failCanaries(query, state, failures),
    finishTrial: (state) => finishTrial(query, state),
    answers: (run, limit, after = NO_CALL) => selectAnswers(query, { run, limit, after }, seal),
    claim: (options) => claim(query, options),
    expire: (now, limits) => expire(database, now, limits),
    find: (task) => findPair(query, task, seal),
    later: (task, putBack) => later(query, task, putBack),
    release: (task, due) => release(query, task, due),
    hold: (run, until) => hold(query, run, until),
    holdJudge: (state, until, why) => holdJudge(query, state, until, why ?? null),
    disqualify: (state, reason) => disqualify(query, state, reason),
    settle: (settlement) => settle(database, settlement, seal),
    memory: (pair, now) => memoryOf(query, pair, now, seal),
    use: (span, amount, limit) => use(query, span, amount, limit),
    giveBack: (span, amount) => giveBack(query, span, amount),
    noteAsked: (asked) => noteAsked(query, asked),
    toJudgeAgain: (wanted) => selectAgain(query, wanted),
    takeAgain: (task, taking) => takeAgain(query, task, taking),
    compare: (run, judge, other) => compareJudges(query, run, judge, other),
    outcomes: (run, judge) => selectOutcomes(query, run, judge),
  };
}

async function drawKey(query: Query): Promise<string> {
  await query('insert into understudy.draw_key (key) values ($1) on conflict do nothing', [
    randomBytes(32).toString('hex'),
  ]);
  const { rows } = await query<{ key: string }>('select key from understudy.draw_key');
  return rows[0]?.key ?? '';
}

async function selectBoundsOf(query: Query, run: string): Promise<Bounds | null> {
  const { rows } = await query<{ data: Bounds }>('select data from understudy.bounds where run = $1', [run]);
  return rows[0]?.data ?? null;
}
