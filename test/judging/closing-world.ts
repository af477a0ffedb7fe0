import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExperimentInput } from '@understudy/instrumentation/experiment';
import type { Batch, PairId, RunId } from '@understudy/instrumentation/trial';
import pg from 'pg';
import { type Standing, standingsOf } from '../../packages/evaluator/src/decide/standing.js';
import { type Answer, labelling } from '../../packages/evaluator/src/evaluator/labelling.js';
import { EMPTY_HEALTH, type JudgeHealth } from '../../packages/evaluator/src/judge/trial/judge-health.js';
import { storedText } from '../../packages/evaluator/src/judge/stored.js';
import { NEW_VIGIL } from '../../packages/evaluator/src/judge/trial/vigil.js';
import type { Query } from '../../packages/evaluator/src/ledger/database.js';
import type { Ledger, PairRow } from '../../packages/evaluator/src/ledger/ledger.js';
import type { DrawnPair } from '../../packages/evaluator/src/ledger/judging/judging-ledger.js';
import { openLedger } from '../../packages/evaluator/src/ledger/open.js';
import { openStore } from '../../packages/evaluator/src/queue/store.js';
import { at, closeAt, drained, legs, ScriptedProducer, scriptedRun, START } from '../integration/ledger-script.js';
import type { Side } from '../simulation/judge.js';
import type { Random } from '../simulation/random.js';

export const JUDGE = 'f'.repeat(16);
/** After every producer has said what it has to, and before any deadline of a judgement. */
export const SOON: number = at(20);
/** Beside pairs, over all runs: none of a run is before another of it. */
let canaries = 0;
const HOUR = 3_600_000;
export const DAY: number = 24 * HOUR;
/** Canaries beside pairs of the run have been put to the judge, and it saw them. */
const PROVEN: JudgeHealth = {
  ...EMPTY_HEALTH,
  canaries: { ...EMPTY_HEALTH.canaries, padded: { given: 30, detected: 0, falseWins: 0, tied: 30, abstained: 0 } },
  beside: { ...EMPTY_HEALTH.beside, shuffled: { given: 13, detected: 13, falseWins: 0, tied: 0, abstained: 0 } },
};
const WORDS: Readonly<Record<string, Side>> = { worse: 0, same: 0.5, better: 1 };

/** An embedded ledger in memory, with the key that decides draws. */
export interface ClosingWorld {
  readonly folder: string;
  readonly ledger: Ledger;
  readonly query: Query;
  sql(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  end(): Promise<void>;
}

export async function openWorld(): Promise<ClosingWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-closing-'));
  const store = await openStore(`embedded:${folder}`, { memory: true });
  const ledger = await openLedger(store.postgresUrl ?? '', START);
  const client = new pg.Client({ connectionString: store.postgresUrl ?? '' });
  await client.connect();
  await client.query(`insert into understudy.draw_key (key) values ('key of the tests')`);
  return {
    folder,
    ledger,
    query: async <Row extends object>(text: string, values: readonly unknown[] = []) => {
      const { rows, rowCount } = await client.query(text, [...values]);
      return { rows: rows as readonly Row[], count: rowCount ?? 0 };
    },
    sql: async (text, values = []) => (await client.query<Record<string, unknown>>(text, [...values])).rows,
    async end() {
      await client.end();
      await ledger.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The calls of one run, and what is true of each: written into the candidate's answer, so that people can see it. */
export interface History {
  readonly producer: ScriptedProducer;
  readonly batches: readonly { readonly batch: Batch; readonly rows: readonly PairRow[] }[];
}

export type PolicyGates = NonNullable<ExperimentInput['policy']>['gates'];

/** Three slices of so many pairs each, all of them drawn for the judge. The pairs' ids, which decide every draw, are those of `seed`. */
export function historyOf(
  each: number,
  truth: () => Side,
  seed: number,
  options: {
    readonly labels: number;
    readonly unsent?: number;
    readonly margin?: number;
    readonly gates?: PolicyGates;
    readonly experiment?: string;
  },
): History {
  const { gates = { win_rate: { margin: options.margin ?? 0.2 } } } = options;
  const run = scriptedRun(options.experiment, {
    judge: { model: 'judge', baseUrl: 'http://localhost:1', labels: { rate: options.labels } },
    policy: { minPairs: 100, gates },
  });
  const producer = new ScriptedProducer(run);
  const batches = [producer.hello()].map((batch) => ({ batch, rows: [] as readonly PairRow[] }));
  for (const slice of [0, 1, 2]) {
    const words = Array.from({ length: each }, () => wordOf(truth()));
    const some = words.map((text) => ({ ...legs(slice, 1)[0]!, text: `an answer that is ${text}` }));
    const admitted = producer.admit(some, slice === 1 ? { unsent: options.unsent ?? 0 } : {});
    const rows = admitted.map((row, index) => ({ ...row, pair: pairId(seed, slice * each + index) }));
    batches.push({ batch: producer.finish(slice).batch({ now: at(3), final: slice === 2 }), rows });
  }
  return { producer, batches };
}

function pairId(seed: number, index: number): PairId {
  return `01970000-0000-7000-${(0x8000 + seed).toString(16)}-${index.toString(16).padStart(12, '0')}` as PairId;
}

function wordOf(side: Side): string {
  return Object.entries(WORDS).find(([, value]) => value === side)?.[0] ?? 'same';
}

/** What is true of a pair, by the candidate's answer. */
function truthIn(text: string): Side {
  return WORDS[text.split(' ').at(-1) ?? ''] ?? 0.5;
}

/** Stores batches with what was drawn of them; the judge has been tried, and sees J of what is different. */
export async function store(
  { ledger }: ClosingWorld,
  { producer, batches }: History,
  sensitivity: number,
): Promise<readonly PairRow[]> {
  await ledger.registerRun(producer.run, START);
  for (const { batch, rows } of batches) {
    await ledger.storeBatch(batch, rows, at(3), { drawn: rows.map(drawnOf), guarded: [] });
  }
  await ledger.judging.finishTrial({
    run: producer.run.id,
    judge: JUDGE,
    health: PROVEN,
    unfit: null,
    sensitivity,
  });
  return batches.flatMap(({ rows }) => rows);
}

function drawnOf({ pair, run, arm, slice, segment, pi }: PairRow): DrawnPair {
  return { pair, judge: JUDGE, run, arm, slice, segment, pi, status: 'waiting', deadline: at(0) + HOUR };
}

function textOf({ content }: PairRow): string {
  const { shadow } = content;
  const answer = shadow.status === 'ok' ? shadow.answer : null;
  const part = answer?.kind === 'text' ? answer.messages[0]?.parts[0] : undefined;
  return part?.type === 'text' ? part.content : '';
}

/** What the judge says of pairs, as its workers would store it; null: it abstains. */
export async function judgeAll(
  { sql }: ClosingWorld,
  rows: readonly PairRow[],
  verdict: (truth: Side) => Side | null,
): Promise<void> {
  const verdicts = rows.map((row) => verdict(truthIn(textOf(row))));
  await sql(
    `update understudy.judgements j set status = case when t.score is null then 'abstained' else 'judged' end, score = t.score, settled_at = $3
     from unnest($1::uuid[], $2::double precision[]) as t (pair, score) where j.pair = t.pair and j.status = 'waiting'`,
    [rows.map(({ pair }) => pair), verdicts, SOON],
  );
}

/** People answer what is open: what they find true, or nothing. Gives how many were open. */
export async function labelAll(
  { ledger }: ClosingWorld,
  now: number,
  options: { readonly random: Random; readonly answered: number; readonly experiment: string },
): Promise<number> {
  const { random, answered, experiment } = options;
  const people = labelling(ledger, () => now);
  const pairs = await people.pairs({ limit: 10_000, experiment });
  for (const { pair, a, b } of random.shuffle(pairs)) {
    if (random.chance(answered)) await people.answer(pair, better(a, b));
  }
  return pairs.length;
}

/** The incumbent's answer is always `yes`. */
function better(a: string, b: string): Answer {
  const truth = truthIn(a === 'yes' ? b : a);
  if (truth === 0.5) return 'tie';
  return (truth === 1) === (b === 'yes') ? 'A' : 'B';
}

/**
 * Where the candidate stands at a look that closes what can be closed.
 *
 * @param options.vouched Enough canaries have come after what was closed, and the judge saw them.
 */
export async function lookAt(
  { ledger, sql }: ClosingWorld,
  { producer }: History,
  now: number,
  { vouched = true }: { readonly vouched?: boolean } = {},
): Promise<Standing> {
  await closeAt(ledger, producer.run, now);
  if (vouched) {
    canaries += 1000;
    const vigil = { ...NEW_VIGIL, sight: { ...NEW_VIGIL.sight, seen: canaries } };
    await sql('update understudy.judge_state set vigil = $2::json where run = $1 and main', [
      producer.run.id,
      storedText(vigil),
    ]);
  }
  const standings = standingsOf(await ledger.snapshot({ now, queue: drained(now) }));
  const standing = standings.find(({ run }) => run.id === producer.run.id);
  if (standing === undefined) throw new Error('the run does not stand anywhere');
  return standing;
}

/** The evidence of a run, byte by byte. */
export async function evidenceOf({ sql }: ClosingWorld, run: RunId): Promise<readonly Record<string, unknown>[]> {
  return sql(
    `select arm, stream, metric, encode(bytes, 'hex') as bytes from understudy.totals where run = $1
     union all select arm, 'day', metric, encode(bytes, 'hex') from understudy.evidence_days where run = $1
     order by arm, stream, metric`,
    [run],
  );
}
