import type { JudgeDefinition } from '@understudy/instrumentation/experiment';
import { AA_ARM } from '@understudy/instrumentation/trial';
import { guardOutput } from '../../judge/guard/arm-guard.js';
import { keyedHash } from '../../judge/guard/keyed-hash.js';
import type { HashOf } from '../../judge/guard/shingles.js';
import { isExactMatch, judgedPairOf } from '../../judge/judged-pair.js';
import { drawForJudging } from '../../judge/select.js';
import { PERIOD_MS } from '../../ledger/judging/arm-guards.js';
import type { BatchJudging, DrawnPair, GuardedRow, JudgingLedger } from '../../ledger/judging/judging-ledger.js';
import type { PairRow } from '../../ledger/ledger.js';
import type { RegisteredRun } from '../../ledger/record.js';
import { winRateOf } from '../../ledger/win-rate-settings.js';
import { createPace } from '../pace.js';
import type { RunJudges } from './run-judges.js';

/** A scored leg of a run. */
export interface RunRow {
  readonly row: PairRow;
  readonly run: RegisteredRun;
}

/** What the strata of a judge are told apart by. */
const AGREEMENT = 'lexical';

/** Makes the function that draws which of a batch's pairs are judged. The same batch again is drawn alike. */
export function createDrawing(
  ledger: Pick<JudgingLedger, 'drawKey' | 'mainJudge'>,
  judges: Pick<RunJudges, 'hashOf'>,
  onError: (error: unknown) => void,
): (rows: readonly RunRow[]) => Promise<BatchJudging> {
  let key: string | null = null;
  let hashOutput: HashOf | null = null;
  const mains = new Map<string, string>();

  /** A run keeps the judge of its first pair, also where the rubric's file has become another one since. */
  async function mainOf(run: RegisteredRun, judge: JudgeDefinition): Promise<string | null> {
    const main = mains.get(run.id) ?? (await ledger.mainJudge(run.id)) ?? hashOf(run, judge);
    if (main !== null) mains.set(run.id, main);
    return main;
  }

  /** A rubric that is gone keeps no pair out of the ledger, nor out of what is judged: it waits for whoever can name the judge. */
  function hashOf(run: RegisteredRun, judge: JudgeDefinition): string | null {
    try {
      return judges.hashOf(run, judge);
    } catch (error) {
      onError(error);
      return null;
    }
  }

  return async (rows) => {
    const drawn: DrawnPair[] = [];
    const guarded: GuardedRow[] = [];
    const unnamed = new Set<string>();
    const pace = createPace();
    for (const { row, run } of rows) {
      const { judge } = run.definition;
      if (judge === null || !isJudged(row)) continue;
      const place = { pair: row.pair, run: run.id, arm: row.arm, segment: row.segment };
      const { content } = row;
      const texts = row.erased === true ? null : judgedPairOf(content.input, content.primary, content.shadow);
      await pace();
      key ??= await ledger.drawKey();
      if (texts !== null) {
        hashOutput ??= keyedHash(key);
        const period = Math.floor(content.startedAt / PERIOD_MS);
        guarded.push({ ...place, period, state: guardOutput(row.pair, texts, hashOutput) });
      }
      await pace();
      // Where the win rate decides nothing nobody pays for it; an arm that says the same to everybody is still held.
      if (winRateOf(run.definition) === null) continue;
      const main = unnamed.has(run.id) ? null : await mainOf(run, judge);
      if (main === null) unnamed.add(run.id);
      const exact = texts !== null && isExactMatch(texts);
      const agreement = row.facts.scores.ab[AGREEMENT] ?? null;
      const one = drawForJudging({ pairId: row.pair, pi: row.pi, agreement, exact }, judge, judge.piMin, key);
      if (one.drawn) {
        drawn.push({
          ...place,
          judge: main,
          slice: row.slice,
          pi: one.pi,
          status: exact ? 'known' : texts === null ? 'abstained' : 'waiting',
          deadline: deadlineOf(row, run, judge),
        });
      }
    }
    return { drawn, guarded };
  };
}

/** What a failed leg counts is known from its numbers. */
function isJudged({ arm, facts }: PairRow): boolean {
  return arm !== AA_ARM && facts.primary.status === 'ok' && facts.shadow.status === 'ok';
}

function deadlineOf({ slice }: PairRow, { definition }: RegisteredRun, judge: JudgeDefinition): number {
  const { lengthMs, deadlineMs } = definition.slice;
  return (slice + 1) * lengthMs + deadlineMs + judge.deadlineMs;
}
