import { setTimeout as sleep } from 'node:timers/promises';
import type { JudgeDefinition, Judging } from '@understudy/instrumentation/experiment';
import { ConfigurationError, messageOf } from '../../errors.js';
import { abstained } from '../../judge/judge-pair.js';
import { judgedPairOf } from '../../judge/judged-pair.js';
import { type Judgement, paidInVain } from '../../judge/judgement.js';
import { ofJudgement } from '../../judge/trial/judge-health.js';
import type { JudgedArm, JudgeTask, JudgingLedger } from '../../ledger/judging/judging-ledger.js';
import type { RegisteredRun } from '../../ledger/record.js';
import { FAILED, isToBeTriedAgain, waitFor } from './judge-pair.js';
import { kinOf, kinOfReplies, modelsOf } from './kin.js';
import type { RunJudge, RunJudges } from './run-judges.js';

export interface RejudgeOptions {
  readonly ledger: JudgingLedger;
  readonly judges: Pick<RunJudges, 'other' | 'hashOf'>;
  readonly run: RegisteredRun;
  readonly definition: JudgeDefinition;
  readonly bounds: Judging;
  /** Pairs at most. */
  readonly limit: number;
  /** Only count. */
  readonly dryRun: boolean;
  readonly now: () => number;
  /** Ends it; what was judged by then stays, and is not asked about again. */
  readonly signal: AbortSignal;
  readonly onProgress: (pairs: number) => void;
}

export interface RejudgeReport {
  readonly run: string;
  readonly judge: { readonly name: string; readonly hash: string };
  readonly dryRun: boolean;
  /** Pairs judged now, or that would be. */
  readonly pairs: number;
  /** Calls to models: made, or at most. */
  readonly calls: number;
  /** Why it ended before the last pair; null where it did not. */
  readonly stopped: string | null;
  /** All that this judge has said of the run, by arm. */
  readonly arms: readonly JudgedArm[];
  /** Beside the run's own judge: pairs that both have judged, and those on which they say the same. */
  readonly beside: { readonly both: number; readonly same: number } | null;
}

const PAIRS_AT_ONCE = 100;
const TRIES = 5;
/** Who judges a pair again has it for so long, and says so again in time, in milliseconds: nobody else pays for it meanwhile. */
const TAKEN_MS = 60_000;
const EVERY_MS = 20_000;

/**
 * Judges the stored pairs of a run by another judge. Shown, never decided on: the run's own judge is a part of it, fixed before its first pair.
 * Several may do so at once: each pair is one's.
 *
 * @throws ConfigurationError for the run's own judge, one of the family of what it compares, and as long as nobody can name the run's own
 */
export async function rejudge(options: RejudgeOptions): Promise<RejudgeReport> {
  const { ledger, judges, run, definition, bounds, dryRun, limit } = options;
  const judge = judges.other(run, definition, bounds);
  const { hash, name, most } = judge.guarded;
  const main = (await ledger.mainJudge(run.id)) ?? ownHash(options);
  if (main === hash) {
    throw new ConfigurationError('rejudge', [
      `${name} is the judge of run ${run.id} itself: name another --rubric, or change \`judge\` in the configuration`,
    ]);
  }
  let pairs = 0;
  let calls = 0;
  let elsewhere = 0;
  let stopped: string | null = null;
  if (!dryRun) await ledger.addJudge(run.id, hash, { main: false });
  for (let after: string | null = null; stopped === null && pairs < limit;) {
    const wanted = { run: run.id, judge: hash, after, limit: Math.min(PAIRS_AT_ONCE, limit - pairs) };
    const some = await ledger.toJudgeAgain(wanted);
    if (some.length === 0) break;
    after = some.at(-1)?.pair ?? null;
    if (dryRun) {
      pairs += some.length;
      calls += some.length * most.calls;
      continue;
    }
    const waiting = some.map(({ pair }) => pair);
    await Promise.all(Array.from({ length: bounds.concurrency }, work));

    async function work(): Promise<void> {
      for (let pair = waiting.shift(); pair !== undefined && stopped === null; pair = waiting.shift()) {
        const said = await judgeTaken(pair, judge, options);
        if (said === null) {
          elsewhere += 1;
          continue;
        }
        if (typeof said === 'string') {
          stopped = said;
          continue;
        }
        calls += said.calls;
        if (isToBeTriedAgain(said)) stopped = said.detail === '' ? said.reason : `${said.reason}: ${said.detail}`;
        else options.onProgress((pairs += 1));
      }
    }
  }
  if (elsewhere > 0 && (await ledger.mainJudge(run.id)) === hash)
    stopped ??= `${name} has become the judge of the run itself`;
  if (elsewhere > 0) stopped ??= `another rejudge has ${elsewhere} of the pairs`;
  return {
    run: run.id,
    judge: { name, hash },
    dryRun,
    pairs,
    calls,
    stopped,
    arms: await ledger.outcomes(run.id, hash),
    beside: main === null ? null : await ledger.compare(run.id, hash, main),
  };
}

/** Null for a run that has none. As long as nobody can name it, it may be the very one that was asked for. */
function ownHash({ judges, run }: RejudgeOptions): string | null {
  const { judge } = run.definition;
  try {
    return judge === null ? null : judges.hashOf(run, judge);
  } catch (error) {
    throw new ConfigurationError('rejudge', [
      `the judge of run ${run.id} itself cannot be named, and has judged nothing yet: ${messageOf(error)}`,
    ]);
  }
}

/** Null where another one has the pair; a sentence where the judge may not judge it. */
async function judgeTaken(pair: string, judge: RunJudge, options: RejudgeOptions): Promise<Judgement | string | null> {
  const { ledger, run, now } = options;
  const task = { run: run.id, pair, judge: judge.guarded.hash };
  let held = now() + TAKEN_MS;
  if (!(await ledger.takeAgain(task, { now: now(), until: held }))) return null;
  const keeping = setInterval(() => {
    const until = now() + TAKEN_MS;
    ledger.takeAgain(task, { now: now(), until, held }).then(
      (kept) => {
        if (kept) held = until;
      },
      () => undefined,
    );
  }, EVERY_MS);
  try {
    const said = await judgeAgain(task, judge, options);
    if (typeof said === 'string' || isToBeTriedAgain(said)) await ledger.release(task, now());
    return said;
  } finally {
    clearInterval(keeping);
  }
}

/** A judgement that is stored; or one to be tried again, after it was tried for a while. */
async function judgeAgain(
  task: JudgeTask,
  judge: RunJudge,
  { ledger, run, now, signal }: RejudgeOptions,
): Promise<Judgement | string> {
  const { guarded, limits } = judge;
  const { content = null } = (await ledger.find(task)) ?? {};
  const texts = content === null ? null : judgedPairOf(content.input, content.primary, content.shadow);
  if (content === null || texts === null) {
    const judgement = abstained(guarded.hash, 'no_text');
    await ledger.settle({ ...task, judgement, health: ofJudgement(EMPTY, judgement), limits, now: now() });
    return judgement;
  }
  const models = modelsOf(content);
  const kin = kinOf(judge, models);
  if (kin !== null) return kin;
  let failed = 0;
  for (let tries = 0; ; tries += 1) {
    const said = await guarded.judge(texts, { signal, memory: ledger.memory(task.pair, now) });
    const kinOfSaid = kinOfReplies(judge, run, models, said);
    if (kinOfSaid !== null) return kinOfSaid;
    if (!isToBeTriedAgain(said)) {
      await ledger.settle({ ...task, judgement: said, health: ofJudgement(texts, said), limits, now: now() });
      return said;
    }
    if (paidInVain(said) > 0) failed += 1;
    // Without money there is nothing to wait for.
    if (tries === TRIES || failed === FAILED.most || said.reason === 'unpaid' || signal.aborted) return said;
    await sleep(waitFor(said, tries, Math.random).ms, undefined, { signal }).catch(() => undefined);
  }
}

const EMPTY = { request: '', primary: '', shadow: '' };
