import { readHealth } from '../judge/stored.js';
import { EMPTY_HEALTH } from '../judge/trial/judge-health.js';
import type { Query } from './database.js';
import type { Vouching } from '../judge/trial/vouching.js';
import { streamsOf } from '../tally/stored-pair.js';
import {
  type AnswersSoFar,
  type JudgementCount,
  type JudgingState,
  type LabelState,
  NO_LABELS,
} from './judging-state.js';
import type { RegisteredRun } from './record.js';
import type { ArmState } from './snapshot.js';

/** What is known of the judge of a run; null where it has none. */
export async function selectJudging(query: Query, run: RegisteredRun): Promise<JudgingState | null> {
  if (run.definition.judge === null) return null;
  const { rows: states } = await query<{
    judge: string;
    health: unknown;
    sensitivity: number | null;
    unfit: string | null;
    waitsFor: string | null;
  }>(
    'select judge, health, sensitivity, unfit, waits_for as "waitsFor" from understudy.judge_state where run = $1 and main',
    [run.id],
  );
  const [state] = states;
  const { rows: slices } = await query<{ judged: boolean; slices: number }>(
    'select judged, count(*) as slices from understudy.win_rate_slices where run = $1 group by judged',
    [run.id],
  );
  const open = (judged: boolean): number => slices.find((one) => one.judged === judged)?.slices ?? 0;
  const { rows: waits } = await query<{ pairs: number; since: number | null }>(
    `select count(*) as pairs, min(drawn_at) as since from understudy.judgements where run = $1 and judge = $2 and status = 'waiting'`,
    [run.id, state?.judge ?? ''],
  );
  return {
    judge: state?.judge ?? null,
    health: state === undefined ? EMPTY_HEALTH : readHealth(JSON.stringify(state.health)),
    sensitivity: state?.sensitivity ?? null,
    unfit: state?.unfit ?? null,
    waitsFor: state?.waitsFor ?? null,
    waiting: waits[0]?.pairs ?? 0,
    waitingSince: waits[0]?.since ?? null,
    openSlices: { judgements: open(false), labels: open(true) },
  };
}

/** The labels of a run, by arm. */
export async function selectLabels(
  query: Query,
  run: string,
  judge: string,
  now: number,
): Promise<ReadonlyMap<string, LabelState>> {
  const { rows } = await query<Omit<LabelState, 'table' | 'expired'> & { arm: string }>(
    `select arm, count(*) as offered, count(answer) as answered, count(*) filter (where abstained) as abstained,
       count(*) filter (where answer is null and not abstained and deadline > $2) as open
     from understudy.labels where run = $1 group by arm`,
    [run, now],
  );
  const { rows: cells } = await query<{ arm: string; label: number; verdict: number; pairs: number }>(
    `select l.arm, sign(l.answer - .5)::int as label, sign(j.score - .5)::int as verdict, count(*) as pairs
     from understudy.labels l join understudy.judgements j on j.pair = l.pair and j.judge = $2
     where l.run = $1 and l.answer is not null and j.status = 'judged' group by 1, 2, 3`,
    [run, judge],
  );
  return new Map(
    rows.map(({ arm, ...counts }) => {
      const { offered, answered, abstained, open } = counts;
      const table = NO_LABELS.table.map((row, label) =>
        row.map(
          (_, verdict) =>
            cells.find((one) => one.arm === arm && one.label === label - 1 && one.verdict === verdict - 1)?.pairs ?? 0,
        ),
      );
      return [arm, { ...counts, expired: offered - answered - abstained - open, table }];
    }),
  );
}

/** What people have said so far of the pairs of a run, by arm and stream. */
export async function selectAnswers(
  query: Query,
  run: string,
  judge: string,
): Promise<readonly (StreamOfArm & Omit<AnswersSoFar, 'judged'>)[]> {
  const { rows } = await query<{ arm: string; segment: string } & Omit<AnswersSoFar, 'judged'>>(
    `select l.arm, l.segment, count(*) as offered, count(l.answer) as answered, count(l.answer - j.score) as compared,
       coalesce(sum(l.answer - j.score), 0)::double precision as difference
     from understudy.labels l left join understudy.judgements j on j.pair = l.pair and j.judge = $2 and j.status = 'judged'
     where l.run = $1 group by l.arm, l.segment order by l.arm, l.segment`,
    [run, judge],
  );
  return rows.flatMap(({ segment, ...row }) => streamsOf(segment).map((stream) => ({ ...row, stream })));
}

interface StreamOfArm {
  readonly arm: string;
  readonly stream: string;
}

/** The evidence of an arm, with what people have said so far of each stream. Pure. */
export function withAnswers(
  preferences: ArmState['preferences'],
  answers: readonly (Pick<StreamOfArm, 'stream'> & Omit<AnswersSoFar, 'judged'>)[],
  judgements: readonly JudgementCount[],
): ArmState['preferences'] {
  return Object.fromEntries(
    Object.entries(preferences).map(([stream, evidence]) => {
      const own = answers.filter((one) => one.stream === stream);
      if (own.length === 0) return [stream, evidence];
      const sum = (field: 'offered' | 'answered' | 'compared' | 'difference'): number =>
        own.reduce((total, one) => total + one[field], 0);
      const judged = judgements
        .filter(({ segment, outcome }) => VERDICTS.has(outcome) && streamsOf(segment).includes(stream))
        .reduce((total, { pairs }) => total + pairs, 0);
      const so = { offered: sum('offered'), answered: sum('answered'), compared: sum('compared') };
      return [stream, { ...evidence, answers: { ...so, difference: sum('difference'), judged } }];
    }),
  );
}

const VERDICTS: ReadonlySet<JudgementCount['outcome']> = new Set(['shadow', 'primary', 'tie'] as const);

/** The evidence of an arm, with how far canaries vouch for each stream. Pure. */
export function withVouching(
  preferences: ArmState['preferences'],
  vouched: readonly { readonly stream: string; readonly vouching: Vouching }[],
): ArmState['preferences'] {
  const of = new Map(vouched.map(({ stream, vouching }) => [stream, vouching]));
  return Object.fromEntries(
    Object.entries(preferences).map(([stream, evidence]) => {
      const vouching = of.get(stream);
      return [stream, vouching === undefined ? evidence : { ...evidence, vouching }];
    }),
  );
}

/** By arm, why it is in quarantine. */
export async function selectQuarantines(query: Query, run: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await query<{ arm: string; reason: string }>(
    'select arm, reason from understudy.quarantines where run = $1',
    [run],
  );
  return new Map(rows.map(({ arm, reason }) => [arm, reason]));
}
