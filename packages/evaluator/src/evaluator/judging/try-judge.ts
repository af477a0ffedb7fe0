import type { RunId } from '@understudy/instrumentation/trial';
import { ConfigurationError, UnderstudyError } from '../../errors.js';
import { fitnessOf } from '../../judge/trial/fitness.js';
import { sensitivityOf } from '../../judge/trial/health-rates.js';
import { EMPTY_HEALTH, type JudgeHealth, ofCanary } from '../../judge/trial/judge-health.js';
import { mergeHealth } from '../../judge/trial/merge-health.js';
import type { AnswerOfPrimary, JudgeState, JudgingLedger } from '../../ledger/judging/judging-ledger.js';
import type { Ledger } from '../../ledger/ledger.js';
import { mostSources, type PlacedCanary, type Sources, sourcesOf, trialCanaries } from './canaries.js';
import { isToBeTriedAgain, waitFor } from './judge-pair.js';
import { kinOf, modelsOf } from './kin.js';
import type { RunJudge, RunJudges } from './run-judges.js';
import { noteStreak, pauseOf } from './streak.js';

export interface JudgeTrial {
  readonly ledger: Pick<Ledger, 'findRun'> & {
    readonly judging: Pick<
      JudgingLedger,
      'state' | 'answers' | 'beginTrial' | 'finishTrial' | 'hold' | 'holdJudge' | 'memory' | 'drawKey'
    >;
  };
  readonly judges: Pick<RunJudges, 'of'>;
  readonly now: () => number;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
}

/** `later`: something is not there yet (answers, a key, the judge itself), and it is begun again, where nothing is paid for twice. */
export type TrialOutcome = 'tried' | 'later' | 'gone';

const UNREADY_MS = 5_000;
const SEALED_MS = 60_000;
/** Until the answers are counted again, and where there are no more of them than the last time. */
const FEW_MS = 5_000;
const STILL_FEW_MS = 60_000;

/** What keeps a trial from being begun, or from being ended: until when, whom else it keeps, and what is said of it. */
interface Waiting {
  readonly ms: number;
  readonly forAll: boolean;
  readonly why: string;
}

/**
 * Puts a run's judge on trial before its first judgement: canaries made of the first answers that are unlike each other, then J is fixed. While
 * there are too few of them it waits, and says what for. It ends early for a judge that is unfit at once.
 */
export async function tryJudge(
  { run: id, judge: hash }: { readonly run: RunId; readonly judge: string },
  trying: JudgeTrial,
): Promise<TrialOutcome> {
  const { ledger, judges, now, onError } = trying;
  const [run, state] = [await ledger.findRun(id), await ledger.judging.state(id, hash)];
  if (run === null || state === null || state.sensitivity !== null) return 'gone';
  const notYet = async ({ ms, forAll, why }: Waiting): Promise<'later'> => {
    // What a provider or a purse says, it says of all judges of the experiment; anything else is this trial's own.
    if (forAll) await ledger.judging.hold(id, now() + ms);
    await ledger.judging.holdJudge(state, now() + ms, why);
    return 'later';
  };
  const unready = { ms: UNREADY_MS, forAll: false };
  let judge: RunJudge | null;
  try {
    judge = await judges.of(run);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    onError(error);
    return notYet({ ...unready, why: 'its key' });
  }
  if (judge === null || judge.guarded.hash !== hash) return notYet({ ...unready, why: 'the rubric it began with' });
  const loaded = await answersOf(state, judge, trying);
  if (loaded === null) return notYet({ ms: SEALED_MS, forAll: false, why: 'the key of what is stored' });
  const finish = async (health: JudgeHealth, sensitivity: number, unfit: string | null): Promise<'tried'> => {
    await ledger.judging.finishTrial({ run: id, judge: hash, health, sensitivity, unfit });
    return 'tried';
  };
  const kin = kinOf(judge, loaded.models);
  if (kin !== null) {
    onError(new ConfigurationError(`the judge of ${run.experiment}`, [kin]));
    return finish(EMPTY_HEALTH, -1, 'kin');
  }
  const { count } = judge.definition.canaries;
  const planned = trialCanaries(loaded.sources, count, `${id} ${hash}`, await ledger.judging.drawKey());
  if ('missing' in planned) {
    const ms = state.waitsFor === planned.missing ? STILL_FEW_MS : FEW_MS;
    return notYet({ ms, forAll: false, why: planned.missing });
  }
  await ledger.judging.beginTrial(state, loaded.sources.found.length);
  const ended = await runTrial(planned, judge, trying);
  // What is stopped is begun again by somebody else, at once.
  if (trying.signal.aborted) return 'later';
  if ('ms' in ended) return notYet(ended);
  const { reasons } = fitnessOf(ended.health, judge.limits);
  return finish(ended.health, sensitivityOf(ended.health), reasons.length === 0 ? null : reasons.join(', '));
}

/** Null where their key is not here. */
async function answersOf(
  { run, sources: begun }: JudgeState,
  judge: RunJudge,
  { ledger, onError }: JudgeTrial,
): Promise<{ readonly sources: Sources; readonly models: ReadonlySet<string> } | null> {
  const models = new Set<string>();
  const pageOf = async (after: string | undefined, limit: number): Promise<readonly AnswerOfPrimary[]> => {
    const page = await ledger.judging.answers(run, limit, after);
    for (const { content } of page) for (const model of modelsOf(content)) models.add(model);
    return page;
  };
  try {
    const most = begun ?? mostSources(judge.definition.canaries.count);
    return { sources: await sourcesOf(pageOf, most, judge.inner.limits), models };
  } catch (error) {
    if (!(UnderstudyError.isInstance(error) && error.code === 'sealed')) throw error;
    onError(error);
    return null;
  }
}

async function runTrial(
  canaries: readonly PlacedCanary[],
  judge: RunJudge,
  { ledger, now, random, signal }: JudgeTrial,
): Promise<{ readonly health: JudgeHealth } | Waiting> {
  const { inner, limits, bounds } = judge;
  let health = EMPTY_HEALTH;
  let waiting: Waiting | null = null;
  let next = 0;
  const isOver = (): boolean => waiting !== null || fitnessOf(health, limits).reasons.includes('false_wins');
  async function work(): Promise<void> {
    while (next < canaries.length && !isOver()) {
      const placed = canaries[next++];
      if (placed === undefined) return;
      const { canary, pair } = placed;
      const memory = ledger.judging.memory(pair, now);
      const said = await inner.judge(canary.pair, { signal, memory, askAboutEqual: true });
      noteStreak(judge, said);
      if (isToBeTriedAgain(said)) {
        const { ms, forAll } = waitFor(said, 2, random);
        waiting = longer(waiting, { ms: Math.max(ms, pauseOf(judge)), forAll, why: `its endpoint: ${said.reason}` });
      } else health = mergeHealth(health, ofCanary(canary, said));
    }
  }
  await Promise.all(Array.from({ length: bounds.concurrency }, work));
  return waiting ?? { health };
}

function longer(a: Waiting | null, b: Waiting): Waiting {
  return a === null ? b : { ms: Math.max(a.ms, b.ms), forAll: a.forAll || b.forAll, why: b.why };
}
