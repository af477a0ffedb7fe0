import { isFinished, isGone, measuredAt } from './completeness.js';
import { selectBudgets } from './budgets.js';
import { selectBounds, selectControls } from './control.js';
import { SEGMENT_ALL, type Seal } from '@understudy/instrumentation/trial';
import { cellsOf } from '../tally/confusion.js';
import { primaryDrift } from '../tally/primary-drift.js';
import { selectAnswerDays } from './answer-days.js';
import type { Database, Query } from './database.js';
import { selectDraws } from './draws.js';
import { selectEvidenceDays } from './evidence-days.js';
import { funnelState, judgementsOf, outcomesOf, segmentsOf } from './funnel-state.js';
import { selectHours } from './hour-sums.js';
import { selectAsked } from './judging/asked.js';
import { selectMisconfigured } from './misconfigured.js';
import { NO_LABELS } from './judging-state.js';
import { selectQueueView } from './lease.js';
import { selectLabelNames } from './label-names.js';
import type { QueueView, RegisteredRun, SnapshotOptions } from './ledger.js';
import { selectLegs } from './read-counts.js';
import {
  selectAnswers,
  selectJudging,
  selectLabels,
  selectQuarantines,
  withAnswers,
  withVouching,
} from './read-judging.js';
import { producersOf } from './progress.js';
import { readProgress, selectTotals, selectTransitions } from './read-runs.js';
import { armsOf, selectShownRuns } from './runs.js';
import { selectThresholds } from './slice-rows.js';
import { selectVouching } from './vouched.js';
import type { ArmState, LedgerSnapshot, ProducerState, RejectedItem, RejectedState, RunState } from './snapshot.js';

const NEWEST = 20;

/** Reads everything in one transaction, so that no two numbers are of different times. */
export async function readSnapshot(
  database: Database,
  { now, queue, shown = false }: SnapshotOptions,
  seal: Seal | null,
): Promise<LedgerSnapshot> {
  return database.transaction(async (query) => {
    const view: QueueView = queue ?? (await selectQueueView(query, now)) ?? { connectedSince: 0, handledThrough: now };
    const runs: RunState[] = [];
    const bounds = await selectBounds(query);
    const controls = await selectControls(query);
    const budgets = await selectBudgets(query);
    for (const run of await selectShownRuns(query)) {
      const { experiment } = run;
      const set = {
        bounds: bounds.get(run.id) ?? null,
        control: controls.get(experiment) ?? null,
        budget: budgets.get(experiment) ?? null,
      };
      runs.push({ ...(await readRun(query, run, { now, view, seal, shown })), ...set });
    }
    const { handledThrough } = view;
    return {
      at: now,
      handledThrough,
      runs,
      producers: await selectProducers(query, view),
      rejected: await selectRejected(query),
      misconfigured: await selectMisconfigured(query),
      asked: await selectAsked(query),
    };
  }, 'read');
}

interface Reading {
  readonly now: number;
  readonly view: QueueView;
  readonly seal: Seal | null;
  readonly shown: boolean;
}

async function readRun(
  query: Query,
  run: RegisteredRun,
  { now, view, seal, shown }: Reading,
): Promise<Omit<RunState, 'bounds' | 'control' | 'budget'>> {
  const totals = await selectTotals(query, run.id, { shown });
  const evidenceDays = await selectEvidenceDays(query, run.id);
  const transitions = await selectTransitions(query, run.id);
  const legs = await selectLegs(query, run, { now, handled: measuredAt(now, view) });
  const hours = await selectHours(query, run.id);
  const judging = await selectJudging(query, run);
  const judge = judging?.judge ?? null;
  const labels = judge === null ? null : await selectLabels(query, run.id, judge, now);
  const answers = judge === null ? [] : await selectAnswers(query, run.id, judge);
  const vouching = judge === null ? [] : await selectVouching(query, run.id);
  const quarantines = judging === null ? null : await selectQuarantines(query, run.id);
  const armState = (arm: string): ArmState => {
    const own = legs.filter((one) => one.arm === arm);
    const segments = [...segmentsOf(own)].map(([segment, some]) => [segment, funnelState(some)] as const);
    const total = totals.get(arm) ?? { streams: {}, preferences: {}, observed: {} };
    const judgements = judgementsOf(own);
    const vouched = vouching.filter((one) => one.arm === arm);
    const answered = answers.filter((one) => one.arm === arm);
    return {
      ...total,
      preferences: withVouching(withAnswers(total.preferences, answered, judgements), vouched),
      evidenceDays: evidenceDays.get(arm) ?? [],
      judgements,
      labels: labels?.get(arm) ?? NO_LABELS,
      quarantine: quarantines?.get(arm) ?? null,
      funnel: funnelState(own),
      segments: Object.fromEntries(segments),
      hours: hours.get(arm) ?? [],
      outcomes: outcomesOf(own),
      transitions: transitions.filter((one) => one.arm === arm),
    };
  };
  const progress = await readProgress(query, run, now, view);
  return {
    run,
    arms: Object.fromEntries(armsOf(run).map((arm) => [arm, armState(arm)])),
    producers: (await producersOf(query, run.id)).map(({ id }) => id),
    draws: await selectDraws(query, run.id),
    judging,
    labelNames: await selectLabelNames(query, run.id, labelsOf([...totals.values()]), seal),
    thresholds: await selectThresholds(query, run.id),
    ...progress,
    days: await daysOf(query, run.id, progress, shown),
  };
}

/** What the primaries look like; of the segments only where it is asked for, or where the whole has changed and they tell what that is. */
async function daysOf(
  query: Query,
  run: string,
  { firstSliceAt, closedThrough }: Pick<RunState, 'firstSliceAt' | 'closedThrough'>,
  shown: boolean,
): Promise<RunState['days']> {
  const overall = shown ? [] : await selectAnswerDays(query, run, SEGMENT_ALL);
  const drifts = shown || primaryDrift(overall, { from: firstSliceAt, through: closedThrough }) !== null;
  return drifts ? await selectAnswerDays(query, run) : overall;
}

/** The labels that are told apart, of all arms and streams. */
function labelsOf(totals: readonly Pick<ArmState, 'observed'>[]): readonly number[] {
  const matrices = totals.flatMap(({ observed }) => Object.values(observed).map(({ labels }) => labels));
  const labels = matrices.flatMap((matrix) => cellsOf(matrix).flatMap(({ primary, other }) => [primary, other]));
  return [...new Set(labels)].filter((label) => label >= 0);
}

interface ProducerRow {
  readonly producer: string;
  readonly started_at: number;
  readonly last_seen: number;
  readonly last_sent_at: number;
  readonly last_seq: number;
  readonly contiguous: number;
  readonly watermark: number | null;
  readonly final_seq: number | null;
}

async function selectProducers(query: Query, view: QueueView): Promise<readonly ProducerState[]> {
  const { rows } = await query<ProducerRow>(
    `select producer, started_at, last_seen, last_sent_at, last_seq, contiguous, watermark, final_seq
     from understudy.producers order by started_at, producer`,
  );
  return rows.map((row) => {
    const facts = {
      id: row.producer,
      startedAt: row.started_at,
      lastSeen: row.last_seen,
      contiguousSeq: row.contiguous,
      finalSeq: row.final_seq,
      watermark: row.watermark,
    };
    const state = isFinished(facts) ? 'final' : isGone(facts, view) ? 'gone' : 'alive';
    const { id, startedAt, lastSeen, contiguousSeq, watermark } = facts;
    const last = { lastSentAt: row.last_sent_at, lastSeq: row.last_seq };
    return { id, state, startedAt, lastSeen, ...last, contiguousSeq, watermark };
  });
}

async function selectRejected(query: Query): Promise<RejectedState> {
  const { rows: codes } = await query<{ code: string; count: number }>(
    'select code, items as count from understudy.rejected_counts order by code',
  );
  const { rows: newest } = await query<RejectedItem>(
    `select job, code, message, producer, run, arm, legs, at from understudy.rejected order by at desc, key limit $1`,
    [NEWEST],
  );
  const count = codes.reduce((sum, row) => sum + row.count, 0);
  return { count, byCode: Object.fromEntries(codes.map((row) => [row.code, row.count])), newest };
}
