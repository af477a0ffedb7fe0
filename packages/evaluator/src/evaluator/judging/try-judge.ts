import type { RunId } from '@understudy/instrumentation/trial';
import { ConfigurationError, UnderstudyError } from '../../errors.js';
import { abstained } from '../../judge/judge-pair.js';
import { type AbstainReason, type Judgement, paidInVain } from '../../judge/judgement.js';
import { fitnessOf } from '../../judge/trial/fitness.js';
import { sensitivityOf } from '../../judge/trial/health-rates.js';
import { EMPTY_HEALTH, type JudgeHealth, ofCanary } from '../../judge/trial/judge-health.js';
import { changeInTrial } from '../../judge/trial/model-change.js';
import { mergeHealth } from '../../judge/trial/merge-health.js';
import type { AnswerOfPrimary, JudgeState, JudgingLedger } from '../../ledger/judging/judging-ledger.js';
import type { Ledger } from '../../ledger/ledger.js';
import { mostSources, type PlacedCanary, type Sources, sourcesOf, trialCanaries } from './canaries.js';
import { endpointsOf, isOfTextPerhaps, refusalIn, noteAnswers, tell, whyOf, withoutRefusals } from './endpoints.js';
import { FAILED, isToBeTriedAgain, waitFor } from './judge-pair.js';
import { kinOf, kinOfReplies, modelsOf } from './kin.js';
import type { RunJudge, RunJudges } from './run-judges.js';
import { noteStreak, pauseOf } from './streak.js';

export interface JudgeTrial {
  readonly ledger: Pick<Ledger, 'findRun'> & {
    readonly judging: Pick<
      JudgingLedger,
      'state' | 'answers' | 'beginTrial' | 'failCanaries' | 'finishTrial' | 'hold' | 'holdJudge' | 'memory' | 'drawKey'
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

/** A model that is replaced while it is tried is tried again; an endpoint that is always two models is none that can be. */
const GOES = 3;

/**
 * Canaries in one go that an endpoint refuses which has answered nothing: then it is waited for. One that is asked about fewer (the last step of a
 * cascade) may refuse just those texts: after so many goes they are abstentions, where it is no matter of a key.
 */
const REFUSED = { most: 8, goes: 8 };

/** What keeps a trial from being begun, or from being ended: until when, whom else it keeps, and what is said of it. */
interface Waiting {
  readonly ms: number;
  readonly forAll?: boolean;
  readonly why: string;
}

/**
 * Puts a run's judge on trial before its first judgement: canaries made of the first answers that are unlike each other, then J is fixed. While
 * there are too few of them it waits, and says what for. It ends early for a judge that is unfit at once. A canary at which the endpoint fails again and
 * again, while it answers the others, is an abstention; so is one that is refused. An endpoint that refuses all it is asked is waited for.
 */
export async function tryJudge(
  { run: id, judge: hash }: { readonly run: RunId; readonly judge: string },
  trying: JudgeTrial,
): Promise<TrialOutcome> {
  const { ledger, judges, now, onError } = trying;
  const [run, state] = [await ledger.findRun(id), await ledger.judging.state(id, hash)];
  if (run === null || state === null || state.sensitivity !== null) return 'gone';
  const notYet = async ({ ms, forAll, why }: Waiting): Promise<'later'> => {
    // What a purse says, it says of all judges of the experiment; anything else is this trial's own.
    if (forAll === true) await ledger.judging.hold(id, now() + ms);
    await ledger.judging.holdJudge(state, now() + ms, why);
    return 'later';
  };
  let judge: RunJudge | null;
  try {
    judge = await judges.of(run);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    onError(error);
    return notYet({ ms: UNREADY_MS, why: 'its key' });
  }
  if (judge === null || judge.guarded.hash !== hash) return notYet({ ms: UNREADY_MS, why: 'the rubric it began with' });
  const loaded = await answersOf(state, judge, trying);
  if (loaded === null) return notYet({ ms: SEALED_MS, why: 'the key of what is stored' });
  const finish = async (health: JudgeHealth, sensitivity: number, unfit: string | null): Promise<'tried'> => {
    await ledger.judging.finishTrial({ run: id, judge: hash, health, sensitivity, unfit });
    return 'tried';
  };
  const disqualified = (kin: string, health: JudgeHealth): Promise<'tried'> => {
    onError(new ConfigurationError(`the judge of ${run.experiment}`, [kin]));
    return finish(health, -1, 'kin');
  };
  const kin = kinOf(judge, loaded.models);
  if (kin !== null) return disqualified(kin, EMPTY_HEALTH);
  const { count } = judge.definition.canaries;
  const planned = trialCanaries(loaded.sources, count, `${id} ${hash}`, await ledger.judging.drawKey());
  if ('missing' in planned) {
    const ms = state.waitsFor === planned.missing ? STILL_FEW_MS : FEW_MS;
    return notYet({ ms, why: planned.missing });
  }
  await ledger.judging.beginTrial(state, loaded.sources.found.length);
  const isKin = (said: Judgement): string | null => kinOfReplies(judge, run, loaded.models, said);
  const { experiment } = run;
  let ended = await runTrial(planned, state, { judge, experiment, kinOf: isKin, go: 0 }, trying);
  // Begun again by somebody else, it finds what every go was told, and goes on with the last.
  for (let go = 1; go < GOES && 'health' in ended && changeInTrial(ended.health) !== null; go += 1)
    ended = await runTrial(planned, state, { judge, experiment, kinOf: isKin, go }, trying);
  // What is stopped is begun again by somebody else, at once.
  if (trying.signal.aborted) return 'later';
  if ('ms' in ended) return notYet(ended);
  if (ended.kin !== null) return disqualified(ended.kin, ended.health);
  const change = changeInTrial(ended.health);
  if (change !== null) return finish(ended.health, -1, `other_model (${change})`);
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

/** What one go at a trial's canaries has come to so far. */
interface Pass {
  health: JudgeHealth;
  /** Why the judge may not judge this run after all, by what its replies call it. */
  kin: string | null;
  waiting: Waiting | null;
  /** Of those that may have been paid for in vain, why. */
  readonly failed: Record<string, AbstainReason>;
  /** By an endpoint that had answered nothing at that moment. */
  readonly refused: { readonly placed: PlacedCanary; readonly said: Judgement }[];
  /** One that has a judgement, and whether any was asked for now. */
  judged: PlacedCanary | null;
  isAnswering: boolean;
}

interface Trying {
  readonly judge: RunJudge;
  readonly experiment: string;
  readonly kinOf: (said: Judgement) => string | null;
  /** From 0: each asks about every canary anew. */
  readonly go: number;
}

async function runTrial(
  canaries: readonly PlacedCanary[],
  state: JudgeState,
  { judge, experiment, kinOf: whyKin, go }: Trying,
  trying: JudgeTrial,
): Promise<Pick<Pass, 'health' | 'kin'> | Waiting> {
  const { ledger, now, random, signal, onError } = trying;
  const { inner, limits, bounds } = judge;
  const pass: Pass = {
    health: EMPTY_HEALTH,
    kin: null,
    waiting: null,
    failed: {},
    refused: [],
    judged: null,
    isAnswering: false,
  };
  const endpoints = endpointsOf(judge);
  const isUnanswered = ({ said }: Pass['refused'][number]): boolean => refusalIn(said, endpoints) !== null;
  // Where the first ones are refused, the next go begins with others: they may be texts that no endpoint takes.
  const first = (endpoints.refusals * REFUSED.most) % canaries.length;
  let next = 0;
  let isOver = false;
  let isRefused = false;
  async function work(): Promise<void> {
    while (next < canaries.length && !isOver) {
      const placed = canaries[(first + next++) % canaries.length];
      if (placed === undefined) return;
      const { canary, pair } = placed;
      const before = state.failed[nameOf(placed)] ?? [];
      const isGivenUp = before.length >= FAILED.most;
      const question = `trial ${go} ${state.run} ${nameOf(placed)}`;
      const memory = withoutRefusals(ledger.judging.memory(pair, now));
      const context = { signal, memory, askAboutEqual: true, question };
      const said = isGivenUp
        ? abstained(state.judge, before.at(-1) ?? 'network')
        : await inner.judge(canary.pair, context);
      noteStreak(judge, said);
      noteAnswers(said, endpoints);
      pass.kin ??= whyKin(said);
      isOver ||= pass.kin !== null;
      if (!signal.aborted) tell(said, judge, experiment, onError);
      if (isToBeTriedAgain(said)) {
        const { ms, holds } = waitFor(said, 2, random);
        const inVain = paidInVain(said) > 0;
        const apart = inVain ? (FAILED.waitsMs[before.length] ?? 0) : 0;
        const pause = Math.max(ms, apart, pauseOf(judge));
        const forAll = holds === 'experiment';
        pass.waiting = longer(pass.waiting, { ms: pause, forAll, why: whyOf(said, judge) });
        if (inVain) pass.failed[nameOf(placed)] = said.reason;
        // What may be of one text keeps no other from being asked about.
        isOver ||= !inVain || holds !== 'text' || pauseOf(judge) > 0;
        continue;
      }
      if (refusalIn(said, endpoints) !== null) {
        pass.refused.push({ placed, said });
        isRefused ||= pass.refused.filter(isUnanswered).length >= REFUSED.most;
        isOver ||= isRefused;
        continue;
      }
      pass.health = mergeHealth(pass.health, ofCanary(canary, said));
      if (said.status === 'judged') pass.judged = placed;
      pass.isAnswering ||= said.calls > 0;
      isOver ||= changeInTrial(pass.health) !== null;
      isOver ||= fitnessOf(pass.health, limits).reasons.includes('false_wins');
    }
  }
  await Promise.all(Array.from({ length: bounds.concurrency }, work));
  const unanswered = pass.refused.filter(isUnanswered);
  const isOfTexts =
    unanswered.length < REFUSED.most &&
    endpoints.refusals >= REFUSED.goes &&
    unanswered.every(({ said }) => isOfTextPerhaps(said));
  for (const { placed, said } of pass.refused) {
    const refusal = isOfTexts ? null : refusalIn(said, endpoints);
    if (refusal === null) pass.health = mergeHealth(pass.health, ofCanary(placed.canary, said));
    else {
      const { ms } = waitFor(refusal, endpoints.refusals + 1, random);
      pass.waiting = longer(pass.waiting, { ms, why: whyOf(said, judge) });
    }
  }
  // What was under way has been answered meanwhile: the rest is still to be asked about.
  if (isRefused) pass.waiting ??= { ms: 0, why: 'its endpoint' };
  endpoints.refusals = unanswered.length === 0 ? 0 : endpoints.refusals + 1;
  if (pass.waiting === null || pass.kin !== null || changeInTrial(pass.health) !== null) return pass;
  await noteFailures(pass, state, judge, trying);
  return pass.waiting;
}

/**
 * Counts what failed against the canaries, where the endpoint answers others meanwhile: an outage is no matter of their texts. Where all others were
 * remembered, one of them is asked about again.
 */
async function noteFailures(
  { failed, judged, isAnswering }: Pass,
  state: JudgeState,
  judge: RunJudge,
  { ledger, signal }: JudgeTrial,
): Promise<void> {
  if (Object.keys(failed).length === 0 || signal.aborted) return;
  if (!isAnswering) {
    if (judged === null) return;
    const said = await judge.inner.judge(judged.canary.pair, { signal, askAboutEqual: true });
    noteStreak(judge, said);
    if (isToBeTriedAgain(said)) return;
  }
  await ledger.judging.failCanaries(state, failed);
}

function nameOf({ canary, pair }: PlacedCanary): string {
  return `${canary.kind} ${pair}`;
}

function longer(a: Waiting | null, b: Waiting): Waiting {
  return a === null ? b : { ms: Math.max(a.ms, b.ms), forAll: a.forAll === true || b.forAll === true, why: b.why };
}
