import { AA_ARM } from '@understudy/instrumentation/trial';
import type { PreferencePair } from '../tally/close-win-rate.js';
import { readFacts } from '../tally/facts.js';
import type { MissingLegs } from '../tally/missing.js';
import { type JudgementFacts, preferenceOf } from '../tally/preference-of.js';
import type { LabelFacts } from '../tally/preference.js';
import type { Query } from './database.js';

/** One pair of the evidence of a slice, with what is known of who is better. */
export interface JudgedEvidence extends PreferencePair {
  readonly pair: string;
  readonly producer: string;
  /** As it is stored; null where the pair was not drawn for the judge. */
  readonly judgement: JudgementFacts | null;
}

interface EvidenceRow {
  readonly pair: string;
  readonly arm: string;
  readonly producer: string;
  readonly segment: string;
  readonly numbers: unknown;
  readonly status: JudgementFacts['status'] | null;
  readonly score: number | null;
  readonly judged_pi: number | null;
  readonly offered: boolean;
  readonly answer: number | null;
}

/** The candidates' evidence of a slice that says anything of who is better. A label counts once it is offered: what is unanswered, too. */
export async function loadJudged(
  query: Query,
  run: string,
  slice: number,
  judge: string,
): Promise<readonly JudgedEvidence[]> {
  const { rows } = await query<EvidenceRow>(
    `select p.pair::text as pair, p.arm, p.producer, p.segment, p.numbers, j.status, j.score, j.pi as judged_pi,
       l.pair is not null as offered, l.answer
     from understudy.clusters c
     join understudy.pairs p on p.run = c.run and p.arm = c.arm and p.call = c.call
     left join understudy.judgements j on j.pair = p.pair and j.judge = $3
     left join understudy.labels l on l.pair = p.pair
     where c.run = $1 and c.slice = $2 and c.arm <> $4 order by p.pair`,
    [run, slice, judge, AA_ARM],
  );
  return rows.flatMap((row) => {
    const { pair, arm, producer, segment, status, score, offered, answer } = row;
    const numbers = readFacts(row.numbers);
    const judgement = status === null ? null : { status, score };
    const label: LabelFacts = offered ? (answer ?? 'unanswered') : 'not_offered';
    const facts = preferenceOf(numbers, judgement, label);
    if (facts === null) return [];
    return [{ pair, arm, producer, segment, pi: row.judged_pi ?? numbers.pi, facts, judgement }];
  });
}

/** What the candidates lack in a slice, as it was when the evidence was fixed. */
export async function loadAbsent(
  query: Query,
  run: string,
  slice: number,
): Promise<readonly Omit<MissingLegs, 'noiseLegs'>[]> {
  const { rows } = await query<Omit<MissingLegs, 'noiseLegs'>>(
    'select arm, segment, pi, legs from understudy.missing_legs where run = $1 and slice = $2 order by arm, segment, pi',
    [run, slice],
  );
  return rows;
}

/** Notes that the win rate of a slice is to be closed once it is judged, and what of it is missing. */
export async function awaitWinRate(
  query: Query,
  run: string,
  slice: number,
  absent: readonly MissingLegs[],
): Promise<void> {
  await query('insert into understudy.win_rate_slices (run, slice) values ($1, $2)', [run, slice]);
  const missing = absent.filter(({ arm }) => arm !== AA_ARM);
  if (missing.length === 0) return;
  await query(
    `insert into understudy.missing_legs (run, slice, arm, segment, pi, legs)
     select $1, $2, arm, segment, pi, sum(legs)::bigint
     from unnest($3::text[], $4::text[], $5::double precision[], $6::bigint[]) as t (arm, segment, pi, legs)
     group by arm, segment, pi`,
    [
      run,
      slice,
      missing.map((one) => one.arm),
      missing.map((one) => one.segment),
      missing.map((one) => one.pi),
      missing.map((one) => one.legs),
    ],
  );
}
