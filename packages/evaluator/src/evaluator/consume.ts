import { resolveRun } from '@understudy/instrumentation/experiment';
import { AA_ARM, type Announcement, decodeBatch, type Seal, type Trial } from '@understudy/instrumentation/trial';
import { checkPolicy, PolicyError } from '../decide/policy.js';
import type { Emitter } from '../emit/telemetry.js';
import { ConfigurationError } from '../errors.js';
import type { BatchJudging } from '../ledger/judging/judging-ledger.js';
import type { Ledger, PairRow, RegisteredRun, Rejection } from '../ledger/ledger.js';
import type { QueuedJob } from '../queue/consume-batches.js';
import { mergedScores, type OnBroken, scoring, type TrialScores } from '../score/score-trial.js';
import type { Scorer } from '../score/scorer.js';
import { GateSettingsError } from '../tally/gate-settings.js';
import { createRunFinder } from './find-run.js';
import type { Embedder } from './embedding/embedder.js';
import type { RunRow } from './judging/draw-pairs.js';
import { rubricName } from './judging/rubric-name.js';
import type { RunJudges } from './judging/run-judges.js';
import { createPace, paced } from './pace.js';
import type { Noting } from './noting.js';
import { type Origin, rejectionIn, rejectionsOfJob, rejectionsOfTrials } from './rejections.js';
import { rowsOf } from './rows.js';

/** What a worker needs. */
export interface Consuming {
  readonly ledger: Ledger;
  readonly emitter: Pick<Emitter, 'pair'> & Partial<Pick<Emitter, 'judged'>>;
  /** Opens batches that are sealed. Default: none are. */
  readonly seal?: Seal | null;
  /** Epoch ms. */
  readonly now: () => number;
  readonly onBroken: OnBroken;
  /** Default: all that need nothing but the answers. */
  readonly scorers?: readonly Scorer[];
  /** How notes of answers are taken, and what calls cost. Default: neither is known. */
  readonly noting?: Pick<Noting, 'of' | 'changed'>;
  /** Where the vectors of answers come from. Default: nowhere, and no run is scored by them. */
  readonly embedder?: Pick<Embedder, 'scorerFor'>;
  /** Where judges are asked: which pairs are drawn for them, and what is wrong with a run's judge. */
  readonly judging?: {
    readonly draw: (rows: readonly RunRow[]) => Promise<BatchJudging>;
    readonly judges: Pick<RunJudges, 'hashOf'>;
  };
  /** Told of what was put aside. */
  readonly onRejected: (rejections: readonly Rejection[]) => void;
  /** Waits so many milliseconds. Default: for so long. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/** The two things a worker does with a job. */
export interface Handlers {
  /**
   * Decode, register, score, store, emit. What can be read and not be used (an unknown run, a foreign arm) is put aside, and
   * the rest is stored. Rejects with a ContractError for a job that cannot be read, and with a SealedError for one whose key is not here.
   */
  handle(job: QueuedJob): Promise<void>;
  /** Puts a whole job aside, with the error it failed by. */
  aside(job: QueuedJob, error: unknown): Promise<void>;
}

/** A scored leg on its way into the ledger. */
interface ScoredRow {
  readonly row: PairRow;
  readonly run: RegisteredRun;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Remembered at most. */
const MOST_REFUSED = 1000;

export function createHandlers(consuming: Consuming): Handlers {
  const { ledger, emitter, now, onRejected, pause, judging, seal = null } = consuming;
  const findRun = createRunFinder(ledger, { now, ...(pause && { pause }) });
  /** Runs whose announcement was put aside: nobody need wait for them. */
  const refused = new Set<string>();

  async function putAside(rejections: readonly Rejection[]): Promise<void> {
    if (rejections.length === 0) return;
    await ledger.reject(rejections, now());
    onRejected(rejections);
  }

  async function handle(job: QueuedJob): Promise<void> {
    const batch = await decodeBatch(job.data, { seal });
    const origin: Origin = { job, batch };
    const rejections: Rejection[] = [];
    for (const announcement of batch.runs) {
      const reasons = await register(consuming, announcement, origin);
      if (refused.size >= MOST_REFUSED) refused.clear();
      if (reasons.length > 0) refused.add(announcement.run);
      rejections.push(...reasons);
    }
    const known: { readonly run: RegisteredRun; readonly trials: readonly Trial[] }[] = [];
    for (const [id, trials] of Map.groupBy(batch.trials, (trial) => trial.run)) {
      const run = refused.has(id) ? await ledger.findRun(id) : await findRun(id);
      if (run === null) rejections.push(...rejectionsOfTrials(origin, id, trials, unknownRun(id)));
      else known.push({ run, trials });
    }
    // All at once: endpoints that are away are waited for together.
    const scored = (await Promise.all(known.map(({ run, trials }) => score(trials, run, consuming)))).flat();
    const [declared, foreign] = [scored.filter(isDeclared), scored.filter((one) => !isDeclared(one))];
    await putAside([...rejections, ...foreignArms(origin, foreign)]);
    const rows = declared.map(({ row }) => row);
    const drawn = await judging?.draw(declared);
    const stored = await ledger.storeBatch(batch, rows, now(), drawn);
    const fresh = new Set(stored.inserted);
    const settled = new Map(stored.drawn.map((one) => [one.pair, one.status]));
    for (const one of declared) {
      const { row, run, startedAt, endedAt } = one;
      if (fresh.has(row.pair)) emitter.pair(row, run.experiment, { startedAt, endedAt });
      const status = settled.get(row.pair);
      if (status !== undefined && status !== 'waiting') emitUnasked(one, status);
    }
  }

  /** What nobody is asked about is settled as soon as it is drawn: answers that are the same, and pairs without texts. */
  function emitUnasked({ row, run, endedAt }: ScoredRow, status: 'known' | 'abstained'): void {
    const { judge } = run.definition;
    if (judge === null) return;
    const { primary, shadow } = row.content;
    const said =
      status === 'known'
        ? ({ outcome: 'exact', score: 0.5, reason: null } as const)
        : ({ outcome: 'abstained', score: null, reason: 'no_text' } as const);
    const times = { startedAt: endedAt, endedAt };
    emitter.judged?.(
      { ...row, experiment: run.experiment, primary, shadow },
      { ...said, rubric: rubricName(judge), ...times },
    );
  }

  return { handle, aside: async (job, error) => putAside(await rejectionsOfJob(job, error, seal)) };
}

/**
 * Registers an announced run; a definition that cannot be read, or by which nothing can be decided, is put aside under its id: once
 * registered, it would fail every look.
 */
async function register(
  { ledger, judging, noting, now }: Consuming,
  announcement: Announcement,
  origin: Origin,
): Promise<readonly Rejection[]> {
  try {
    const run = resolveRun(announcement);
    const { policy, segments } = run.definition;
    checkPolicy({ ...policy, critical: segments.critical, maxSegments: segments.max });
    if (run.definition.judge !== null) judging?.judges.hashOf(run, run.definition.judge);
    await ledger.registerRun(run, now());
    if (announcement.bounds !== undefined) {
      await ledger.noteBounds(run.id, announcement.bounds, { startedAt: origin.batch.startedAt, now: now() });
      noting?.changed(run.id);
    }
    return [];
  } catch (error) {
    const refused =
      error instanceof ConfigurationError || error instanceof PolicyError || error instanceof GateSettingsError;
    if (!refused) throw error;
    const data = JSON.stringify(announcement);
    return [{ ...rejectionIn(origin, 'definition', error.message), run: announcement.run, data }];
  }
}

async function score(
  trials: readonly Trial[],
  run: RegisteredRun,
  { now, onBroken, scorers, noting, embedder }: Pick<Consuming, 'now' | 'onBroken' | 'scorers' | 'noting' | 'embedder'>,
): Promise<readonly ScoredRow[]> {
  const noted = await noting?.of(run);
  const options = { onBroken, ...(scorers !== undefined && { scorers }), ...(noted && { noting: noted.options }) };
  const pace = createPace();
  // Vectors are fetched while the other scores are made.
  const embedding = embedder?.scorerFor(run, trials) ?? null;
  embedding?.catch(() => undefined);
  const others: { readonly trial: Trial; readonly scores: TrialScores; readonly startedAt: number }[] = [];
  for (const trial of trials) {
    const startedAt = now();
    others.push({ trial, startedAt, scores: await paced(scoring(trial, options), pace) });
    await pace();
  }
  const scorer = await embedding;
  const scored: ScoredRow[] = [];
  for (const { trial, startedAt, scores } of others) {
    const more = scorer === null ? {} : await paced(scoring(trial, { onBroken, scorers: [scorer] }), pace);
    const rows = rowsOf(trial, run, mergedScores(scores, more), noted?.priceOf);
    const endedAt = now();
    scored.push(...rows.map((row) => ({ row, run, startedAt, endedAt })));
    await pace();
  }
  return scored;
}

function isDeclared({ row, run }: ScoredRow): boolean {
  return row.arm === AA_ARM || Object.hasOwn(run.definition.candidates, row.arm);
}

function unknownRun(run: string): { code: string; message: string } {
  return { code: 'unknown_run', message: `run ${run} was never announced, or its announcement could not be read` };
}

/** Legs of arms that their run does not have: one entry an arm. */
function foreignArms(origin: Origin, foreign: readonly ScoredRow[]): readonly Rejection[] {
  return [...Map.groupBy(foreign, ({ row }) => `${row.run} ${row.arm}`).values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { run, arm } = first.row;
    const why = rejectionIn(origin, 'unknown_arm', `arm ${arm} is no candidate of run ${run}`);
    return [{ ...why, run, arm, legs: group.length, data: JSON.stringify(group.map(({ row }) => row)) }];
  });
}
