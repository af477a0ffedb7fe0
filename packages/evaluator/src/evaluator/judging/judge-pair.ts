import type { Emitter } from '../../emit/telemetry.js';
import type { Judged } from '../../emit/judge-span.js';
import type { RegisteredRun } from '../../ledger/record.js';
import type { JudgeTask, JudgingLedger, PairToJudge } from '../../ledger/judging/judging-ledger.js';
import type { Ledger } from '../../ledger/ledger.js';
import { ConfigurationError, UnderstudyError } from '../../errors.js';
import { abstained } from '../../judge/judge-pair.js';
import { judgedPairOf } from '../../judge/judged-pair.js';
import { type Judgement, paidInVain } from '../../judge/judgement.js';
import { EMPTY_HEALTH, type JudgeHealth, ofCanary, ofJudgement } from '../../judge/trial/judge-health.js';
import { mergeHealth } from '../../judge/trial/merge-health.js';
import { canaryOfPair, OTHERS } from './canaries.js';
import { kinOf, kinOfReplies, modelsOf } from './kin.js';
import { turn } from '../pace.js';
import { rubricName } from './rubric-name.js';
import type { RunJudge, RunJudges } from './run-judges.js';
import { noteStreak, pauseOf } from './streak.js';

/** What judging a pair needs. */
export interface PairJudging {
  readonly ledger: Pick<Ledger, 'findRun'> & {
    readonly judging: Pick<
      JudgingLedger,
      'find' | 'settle' | 'later' | 'hold' | 'holdJudge' | 'disqualify' | 'answers' | 'memory' | 'drawKey'
    >;
  };
  readonly judges: Pick<RunJudges, 'of'>;
  /** Epoch ms. */
  readonly now: () => number;
  /** In [0,1): so that what failed together does not come back together. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
  /** Told of each pair that is settled. */
  readonly onJudged?: Emitter['judged'];
}

/** `later`: put back, and due again. `gone`: somebody had settled it. */
export type PairOutcome = 'judged' | 'abstained' | 'later' | 'gone';

const BACKOFF = { firstMs: 1_000, longestMs: 300_000 };
/**
 * Tries of a pair, or of a canary, that may be paid for in vain, and what lies between them: short for a hiccup, long for an outage, and never more than half of the time
 * that is left.
 */
export const FAILED: { readonly most: number; readonly waitsMs: readonly number[] } = {
  most: 3,
  waitsMs: [5_000, 600_000],
};
/** Until somebody has put a key or a rubric in its place, in milliseconds. */
const UNREADY_MS = 60_000;

/** Judges one pair of the queue. Rejects where the ledger fails: the pair is claimed again then. */
export async function judgePairOf(task: JudgeTask, judging: PairJudging): Promise<PairOutcome> {
  const { ledger } = judging;
  const run = await ledger.findRun(task.run);
  if (run === null) return 'gone';
  const found = await find(task, judging);
  if (found === null) return 'later';
  if (found === 'gone') return 'gone';
  const judge = await ready(run, task, judging);
  if (judge === null) return 'later';
  const { content } = found;
  // What was read, what is compared and what the guard looks at are of a megabyte each, at the most.
  await turn();
  const texts = content === null ? null : judgedPairOf(content.input, content.primary, content.shadow);
  const settled: Settled = { run, found, judge, startedAt: judging.now() };
  if (texts === null) return finish(task, abstained(task.judge, 'no_text'), EMPTY_HEALTH, settled, judging);
  const models = content === null ? new Set<string>() : modelsOf(content);
  const disqualified = async (kin: string): Promise<'later'> => {
    judging.onError(new ConfigurationError(`the judge of ${run.experiment}`, [kin]));
    await ledger.judging.disqualify(task, 'kin');
    return 'later';
  };
  const kin = kinOf(judge, models);
  if (kin !== null) return disqualified(kin);
  const context = { signal: judging.signal, memory: ledger.judging.memory(task.pair, judging.now) };
  await turn();
  const said = await judge.guarded.judge(texts, context);
  noteStreak(judge, said);
  const kinOfSaid = kinOfReplies(judge, run, models, said);
  if (kinOfSaid !== null) return disqualified(kinOfSaid);
  if (isToBeTriedAgain(said)) {
    return isGivenUp(said, found)
      ? finish(task, { ...said, retryable: false }, ofJudgement(texts, said), settled, judging)
      : back(task, said, found, judge, judging);
  }
  const canary = await canaryOfPair(
    { pair: task.pair, texts, limits: judge.inner.limits, others: () => ledger.judging.answers(task.run, OTHERS) },
    judge.definition.canaries.rate,
    await ledger.judging.drawKey(),
  );
  if (canary === null) return finish(task, said, ofJudgement(texts, said), settled, judging);
  const onCanary = await judge.inner.judge(canary.pair, {
    ...context,
    askAboutEqual: true,
    question: `beside ${task.run} ${task.pair}`,
  });
  noteStreak(judge, onCanary);
  const kinOfCanary = kinOfReplies(judge, run, models, onCanary);
  if (kinOfCanary !== null) return disqualified(kinOfCanary);
  // Its own verdict is remembered: only the canary is asked about again.
  if (isToBeTriedAgain(onCanary)) {
    // An outage says nothing of what the judge sees.
    return isGivenUp(onCanary, found)
      ? finish(task, said, ofJudgement(texts, said), settled, judging)
      : back(task, onCanary, found, judge, judging);
  }
  return finish(task, said, mergeHealth(ofJudgement(texts, said), ofCanary(canary, onCanary, 'run')), settled, judging);
}

/** Null where its key is not here. */
async function find(task: JudgeTask, judging: PairJudging): Promise<PairToJudge | 'gone' | null> {
  try {
    const found = await judging.ledger.judging.find(task);
    return found === null || found.status !== 'waiting' || found.deadline <= judging.now() ? 'gone' : found;
  } catch (error) {
    if (!(UnderstudyError.isInstance(error) && error.code === 'sealed')) throw error;
    judging.onError(error);
    await judging.ledger.judging.later(task, { reason: 'sealed', due: judging.now() + UNREADY_MS });
    return null;
  }
}

/** The run's judge, where it is the one the pair was drawn for. */
async function ready(run: RegisteredRun, task: JudgeTask, judging: PairJudging): Promise<RunJudge | null> {
  try {
    const judge = await judging.judges.of(run);
    if (judge?.guarded.hash === task.judge) return judge;
    throw new ConfigurationError(`the judge of ${run.experiment}`, [
      'rubric: expected the text that the run began with, got another: put it back, or change `judge.version`, which starts a new run',
    ]);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    judging.onError(error);
    await judging.ledger.judging.later(task, { reason: 'unready', due: judging.now() + UNREADY_MS });
    await judging.ledger.judging.holdJudge(task, judging.now() + UNREADY_MS / 12);
    return null;
  }
}

export function isToBeTriedAgain(said: Judgement): said is Extract<Judgement, { status: 'abstained' }> {
  return said.status === 'abstained' && said.retryable;
}

/** Who is not asked meanwhile: one text's judge, all of this judge in this run, or all judges of the experiment. */
export type Holds = 'text' | 'judge' | 'experiment';

/**
 * How long a judge that failed is not asked, and about what. An endpoint speaks for the judges that are there, and another run of the experiment may
 * ask elsewhere. The purse is the experiment's, where it says when there will be money; a price that nobody knows is of one model.
 */
export function waitFor(
  said: Extract<Judgement, { status: 'abstained' }>,
  tries: number,
  random: () => number,
): { readonly ms: number; readonly holds: Holds } {
  const backoff = Math.min(BACKOFF.longestMs, BACKOFF.firstMs * 2 ** Math.min(tries, 20));
  const ms = (said.retryAfterMs ?? backoff) * (1 + random() / 4);
  const reasons = reasonsOf(said);
  if (reasons.includes('unpaid') && said.retryAfterMs !== null) return { ms, holds: 'experiment' };
  return { ms, holds: said.retryAfterMs !== null || reasons.some(isLimit) ? 'judge' : 'text' };
}

/** What the provider, the network, or a purse says of every call alike. */
function isLimit(reason: string): boolean {
  return LIMITS.has(reason);
}

const LIMITS: ReadonlySet<string> = new Set(['rate_limited', 'overloaded', 'unreached', 'unpaid']);

/** Whether it has been paid for in vain as often as it may. */
function isGivenUp(said: Judgement, { failed }: PairToJudge): boolean {
  return paidInVain(said) > 0 && failed + 1 >= FAILED.most;
}

/** Of a jury, all that its members say. */
function reasonsOf(said: Judgement): readonly string[] {
  const own = said.status === 'abstained' ? [said.reason] : [];
  return [...own, ...said.members.flatMap(reasonsOf)];
}

async function back(
  task: JudgeTask,
  said: Extract<Judgement, { status: 'abstained' }>,
  { tries, failed, deadline }: PairToJudge,
  judge: RunJudge,
  { ledger, now, random, signal }: PairJudging,
): Promise<PairOutcome> {
  const reason = reasonsOf(said).find((one) => one !== 'no_quorum') ?? said.reason;
  // What is stopped is somebody else's at once.
  if (signal.aborted) {
    await ledger.judging.later(task, { reason, due: now() });
    return 'later';
  }
  const { ms, holds } = waitFor(said, tries, random);
  const inVain = paidInVain(said) > 0;
  const apart = inVain ? Math.min(FAILED.waitsMs[failed] ?? Infinity, (deadline - now()) / 2) * (1 + random() / 4) : 0;
  const due = now() + Math.max(ms, apart);
  await ledger.judging.later(task, { reason, due, failed: inVain });
  if (holds === 'experiment') await ledger.judging.hold(task.run, now() + ms);
  const held = Math.max(holds === 'judge' ? ms : 0, inVain ? pauseOf(judge) : 0);
  if (held > 0) await ledger.judging.holdJudge(task, now() + held);
  return 'later';
}

async function finish(
  task: JudgeTask,
  judgement: Judgement,
  health: JudgeHealth,
  of: Settled,
  { ledger, now, onJudged }: PairJudging,
): Promise<PairOutcome> {
  const at = now();
  const settled = await ledger.judging.settle({ ...task, judgement, health, limits: of.judge.limits, now: at });
  if (!settled) return 'gone';
  const { run, found, judge, startedAt } = of;
  const { content, arm, segment, call } = found;
  if (content !== null) {
    const { primary, shadow } = content;
    const pair = { pair: task.pair, call, experiment: run.experiment, run: run.id, arm, segment, primary, shadow };
    onJudged?.(pair, { ...saidIn(judgement), rubric: rubricName(judge.definition), startedAt, endedAt: at });
  }
  return judgement.status;
}

/** What a settled pair's span says beside the judgement. */
interface Settled {
  readonly run: RegisteredRun;
  readonly found: PairToJudge;
  readonly judge: RunJudge;
  readonly startedAt: number;
}

function saidIn(judgement: Judgement): Pick<Judged, 'outcome' | 'score' | 'reason'> {
  if (judgement.status === 'abstained') return { outcome: 'abstained', score: null, reason: judgement.reason };
  const { how, outcome, score } = judgement;
  return { outcome: how === 'exact' ? 'exact' : outcome, score, reason: null };
}
