import type { RunId } from '@understudy/instrumentation/trial';
import { ConfigurationError, messageOf, UnderstudyError } from '../../errors.js';
import { checkIndependence } from '../../judge/families.js';
import { fitnessOf } from '../../judge/trial/fitness.js';
import { healthRates } from '../../judge/trial/health-rates.js';
import { EMPTY_HEALTH, type JudgeHealth, ofCanary } from '../../judge/trial/judge-health.js';
import { mergeHealth } from '../../judge/trial/merge-health.js';
import type { AnswerOfPrimary, JudgingLedger } from '../../ledger/judging/judging-ledger.js';
import type { Ledger } from '../../ledger/ledger.js';
import { answersFor, type PlacedCanary, trialCanaries } from './canaries.js';
import { isToBeTriedAgain, waitFor } from './judge-pair.js';
import type { RunJudge, RunJudges } from './run-judges.js';

export interface JudgeTrial {
  readonly ledger: Pick<Ledger, 'findRun'> & {
    readonly judging: Pick<JudgingLedger, 'state' | 'answers' | 'finishTrial' | 'hold' | 'memory' | 'drawKey'>;
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
/** More answers than needed: some cannot be broken in some way. */
const SPARE = 2;

/**
 * Puts a run's judge on trial before its first judgement: canaries made of the first answers, then J is fixed. It ends early for a judge that
 * is unfit at once.
 */
export async function tryJudge(
  { run: id, judge: hash }: { readonly run: RunId; readonly judge: string },
  trying: JudgeTrial,
): Promise<TrialOutcome> {
  const { ledger, judges, now, onError } = trying;
  const [run, state] = [await ledger.findRun(id), await ledger.judging.state(id, hash)];
  if (run === null || state === null || state.sensitivity !== null) return 'gone';
  const notYet = async (ms: number): Promise<'later'> => {
    await ledger.judging.hold(id, now() + ms);
    return 'later';
  };
  let judge: RunJudge | null;
  try {
    judge = await judges.of(run);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    onError(error);
    return notYet(UNREADY_MS);
  }
  if (judge === null || judge.guarded.hash !== hash) return notYet(UNREADY_MS);
  const { count } = judge.definition.canaries;
  const answers = await answersOf(id, SPARE * answersFor(count), trying);
  if (answers === null) return notYet(SEALED_MS);
  const kin = kinOf(judge, answers);
  if (kin !== null) {
    onError(new ConfigurationError(`the judge of ${run.experiment}`, [kin]));
    await ledger.judging.finishTrial({ run: id, judge: hash, health: EMPTY_HEALTH, sensitivity: -1, unfit: 'kin' });
    return 'tried';
  }
  const canaries = trialCanaries(answers, count, `${id} ${hash}`, await ledger.judging.drawKey());
  if (canaries.length < count) return notYet(UNREADY_MS);
  const ended = await runTrial(canaries, judge, trying);
  if ('waitMs' in ended) return notYet(ended.waitMs);
  const { sensitivity } = healthRates(ended.health);
  const { reasons } = fitnessOf(ended.health, judge.limits);
  const unfit = reasons.length === 0 ? null : reasons.join(', ');
  await ledger.judging.finishTrial({ run: id, judge: hash, health: ended.health, sensitivity, unfit });
  return 'tried';
}

/** Null where their key is not here. */
async function answersOf(
  run: RunId,
  limit: number,
  { ledger, onError }: JudgeTrial,
): Promise<readonly AnswerOfPrimary[] | null> {
  try {
    return await ledger.judging.answers(run, limit);
  } catch (error) {
    if (!(UnderstudyError.isInstance(error) && error.code === 'sealed')) throw error;
    onError(error);
    return null;
  }
}

/** Where the configuration names no models, the calls do. What keeps the judge from judging them; null where nothing does. */
function kinOf({ inner, definition }: RunJudge, answers: readonly AnswerOfPrimary[]): string | null {
  if (definition.force) return null;
  const legs = answers.flatMap(({ content }) => [content.primary, content.shadow]);
  const names = new Set(legs.flatMap((leg) => (leg.status === 'ok' && leg.model !== null ? [leg.model] : [])));
  try {
    checkIndependence(
      inner,
      [...names].map((model) => ({ provider: '', model })),
    );
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

async function runTrial(
  canaries: readonly PlacedCanary[],
  { inner, limits, bounds }: RunJudge,
  { ledger, now, random, signal }: JudgeTrial,
): Promise<{ readonly health: JudgeHealth } | { readonly waitMs: number }> {
  let health = EMPTY_HEALTH;
  let waitMs: number | null = null;
  let next = 0;
  const isOver = (): boolean => waitMs !== null || fitnessOf(health, limits).reasons.includes('false_wins');
  async function work(): Promise<void> {
    while (next < canaries.length && !isOver()) {
      const placed = canaries[next++];
      if (placed === undefined) return;
      const { canary, pair } = placed;
      const memory = ledger.judging.memory(pair, now);
      const said = await inner.judge(canary.pair, { signal, memory, askAboutEqual: true });
      if (isToBeTriedAgain(said)) waitMs = Math.max(waitMs ?? 0, waitFor(said, 2, random).ms);
      else health = mergeHealth(health, ofCanary(canary, said));
    }
  }
  await Promise.all(Array.from({ length: bounds.concurrency }, work));
  return waitMs === null ? { health } : { waitMs };
}
