import type { RunId, Seal } from '@understudy/instrumentation/trial';
import { UnderstudyError } from '../errors.js';
import { judgedPairOf } from '../judge/judged-pair.js';
import type { Outcome } from '../judge/judgement.js';
import { draw } from '../judge/select.js';
import { HEALTH_LIMITS } from '../judge/trial/fitness.js';
import { ofLabel } from '../judge/trial/judge-health.js';
import { decodeContent } from './content.js';
import type { Database, Query } from './database.js';
import { addHealth } from './judging/judge-state.js';
import type { PairContent } from './record.js';

/** A pair that is offered to a person and can still be answered. */
export interface Offer {
  readonly pair: string;
  readonly run: RunId;
  readonly experiment: string;
  readonly segment: string;
  /** Epoch ms: what has no answer by then has none. */
  readonly deadline: number;
  /** By lot, and for this pair always the same: the shadow's answer is shown first. */
  readonly shadowFirst: boolean;
  /** Null: it was erased, has grown old, or is sealed with a key that is not here. */
  readonly content: PairContent | null;
}

export interface OfferQuery {
  readonly now: number;
  readonly experiment: string | null;
  /** At most so many, the oldest offer first. */
  readonly limit: number;
  /** Only after this offer, as the last answer had it. */
  readonly after: Pick<Offer, 'pair'> | null;
}

/** A label on its way into the ledger. */
export interface Label {
  readonly pair: string;
  /** Null: cannot say. */
  readonly first: 0 | 0.5 | 1 | null;
  readonly now: number;
}

/** `late`: its time was over. `known`: there was a label, which stays. `unknown`: the pair is not offered. */
export type LabelResult = 'stored' | 'late' | 'known' | 'unknown';

/** The part of the ledger that people's answers are kept in. */
export interface LabelLedger {
  /** Open offers of the newest run of each experiment, the oldest first; none of a judge that is unfit, whose run no label can help. */
  offers(wanted: OfferQuery): Promise<readonly Offer[]>;
  countOpen(wanted: Pick<OfferQuery, 'now' | 'experiment'>): Promise<number>;
  /** Stores an answer, once, with what it tells of the judge: how good the answer shown first is, 1 the better one. */
  answer(label: Label): Promise<LabelResult>;
}

export function labelsOf(database: Database, seal: Seal | null): LabelLedger {
  const { query } = database;
  return {
    offers: (wanted) => selectOffers(query, wanted, seal),
    countOpen: async ({ now, experiment }) => {
      const { rows } = await query<{ offers: number }>(`select count(*) as offers ${OPEN}`, [now, experiment]);
      return rows[0]?.offers ?? 0;
    },
    answer: (label) => database.transaction((within) => answer(within, label, seal)),
  };
}

const OPEN = `from understudy.labels l join understudy.runs r on r.run = l.run join understudy.pairs p on p.pair = l.pair
  where l.answer is null and not l.abstained and l.deadline > $1 and ($2::text is null or r.experiment = $2)
    and p.content is not null and r.retired_at is null
    and not exists (select from understudy.runs n where n.experiment = r.experiment and n.k > r.k)
    and not exists (select from understudy.judge_state s where s.run = l.run and s.main and s.unfit is not null)`;

async function selectOffers(
  query: Query,
  { now, experiment, limit, after }: OfferQuery,
  seal: Seal | null,
): Promise<readonly Offer[]> {
  const { rows } = await query<Omit<Offer, 'content' | 'shadowFirst'> & { content: Buffer }>(
    `select l.pair::text as pair, l.run, r.experiment, l.segment, l.deadline, p.content ${OPEN}
       and ($3::uuid is null or (l.offered_at, l.pair) > (select offered_at, pair from understudy.labels where pair = $3::uuid))
     order by l.offered_at, l.pair limit $4`,
    [now, experiment, after?.pair ?? null, limit],
  );
  const key = await drawKey(query);
  return Promise.all(
    rows.map(async ({ content, ...offer }) => ({
      ...offer,
      shadowFirst: isShadowFirst(offer.pair, key),
      content: await opened(content, offer.pair, seal),
    })),
  );
}

async function answer(query: Query, { pair, first, now }: Label, seal: Seal | null): Promise<LabelResult> {
  const shadow = first === null || !isShadowFirst(pair, await drawKey(query)) ? mirrored(first) : first;
  const { count } = await query(
    `update understudy.labels set answer = $2, abstained = $2::double precision is null, answered_at = $3
     where pair = $1::uuid and answer is null and not abstained and deadline > $3`,
    [pair, shadow, now],
  );
  if (count === 1) {
    if (shadow !== null) await tellOfJudge(query, pair, shadow, seal);
    return 'stored';
  }
  const { rows } = await query<{ known: boolean }>(
    'select answer is not null or abstained as known from understudy.labels where pair = $1::uuid',
    [pair],
  );
  return rows[0] === undefined ? 'unknown' : rows[0].known ? 'known' : 'late';
}

interface LabelledRow {
  readonly run: RunId;
  readonly judge: string;
  readonly score: number;
  readonly content: Buffer;
}

/** Adds the label to the health of the run's judge, where it has judged the pair: how often people agree, and how often the longer answer is right. */
async function tellOfJudge(query: Query, pair: string, label: number, seal: Seal | null): Promise<void> {
  const { rows } = await query<LabelledRow>(
    `select p.run, s.judge, j.score, p.content from understudy.pairs p
     join understudy.judge_state s on s.run = p.run and s.main
     join understudy.judgements j on j.pair = p.pair and j.judge = s.judge
     where p.pair = $1::uuid and p.content is not null and j.status = 'judged'`,
    [pair],
  );
  const [row] = rows;
  const content = row === undefined ? null : await opened(row.content, pair, seal);
  const texts = content === null ? null : judgedPairOf(content.input, content.primary, content.shadow);
  if (row === undefined || texts === null) return;
  const fresh = ofLabel(texts, { status: 'judged', outcome: outcomeOf(row.score) }, outcomeOf(label));
  await addHealth(query, row, fresh, HEALTH_LIMITS);
}

function outcomeOf(score: number): Outcome {
  return score > 0.5 ? 'shadow' : score < 0.5 ? 'primary' : 'tie';
}

function mirrored(first: number | null): number | null {
  return first === null ? null : 1 - first;
}

function isShadowFirst(pair: string, key: string): boolean {
  return draw('side', pair, key) < 0.5;
}

/** It is there: nothing is offered that was not drawn. */
async function drawKey(query: Query): Promise<string> {
  const { rows } = await query<{ key: string }>('select key from understudy.draw_key');
  return rows[0]?.key ?? '';
}

async function opened(content: Buffer, pair: string, seal: Seal | null): Promise<PairContent | null> {
  try {
    return await decodeContent(content, pair, seal);
  } catch (error) {
    if (UnderstudyError.isInstance(error) && error.code === 'sealed') return null;
    throw error;
  }
}
