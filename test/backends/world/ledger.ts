import pg from 'pg';
import { decodeContent } from '../../../packages/evaluator/src/ledger/content.js';
import type { PairContent } from '../../../packages/evaluator/src/ledger/record.js';
import type { PairFacts } from '../../../packages/evaluator/src/tally/facts.js';

/** A stored pair, with the number of its call in the plan. */
export interface LedgerPair {
  readonly number: number;
  readonly pair: string;
  readonly call: string;
  readonly run: string;
  readonly arm: string;
  readonly segment: string;
  readonly facts: PairFacts;
  readonly content: PairContent;
  /** What the judge said of the shadow: 1 better, 0 worse, .5 a tie; null: not judged. */
  readonly judged: number | null;
  /** Epoch ms. */
  readonly storedAt: number;
  readonly judgedAt: number | null;
}

interface Row extends Omit<LedgerPair, 'number' | 'facts' | 'content' | 'storedAt' | 'judgedAt'> {
  readonly numbers: PairFacts;
  readonly content: Buffer;
  readonly stored_at: string;
  readonly settled_at: string | null;
}

/** What the ledger knows, read past the evaluator: the other side of every comparison with a backend. */
export interface LedgerReader extends AsyncDisposable {
  pairs(): Promise<readonly LedgerPair[]>;
  /** Stored pairs by arm. */
  stored(): Promise<Readonly<Record<string, number>>>;
  /** Legs that were admitted, published and dropped, by arm, as the service has counted them. */
  counted(): Promise<Readonly<Record<string, { admitted: number; published: number; dropped: number }>>>;
  /** Calls that were not admitted, by arm and reason. */
  skipped(): Promise<Readonly<Record<string, Readonly<Record<string, number>>>>>;
  /** What is still under way: slices with calls that are not closed, and pairs that wait for the judge. */
  underWay(): Promise<{ readonly slices: readonly number[]; readonly waiting: number; readonly judged: number }>;
  /** The process that holds the lease, or null. */
  holder(): Promise<{ readonly name: string; readonly pid: number } | null>;
}

export function readLedger(url: string): LedgerReader {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  // A server that is stopped while a connection idles is no failure of the tests.
  pool.on('error', () => undefined);
  const rows = async <R extends pg.QueryResultRow>(sql: string): Promise<R[]> => (await pool.query<R>(sql)).rows;
  return {
    async pairs() {
      const found = await rows<Row>(
        `select p.pair::text as pair, p.call::text as call, p.run, p.arm, p.segment, p.numbers, p.content, p.stored_at,
           j.score as judged, j.settled_at
         from understudy.pairs p left join understudy.judgements j on j.pair = p.pair and j.status in ('judged', 'known')
         order by p.call, p.arm`,
      );
      return Promise.all(
        found.map(async ({ numbers, stored_at: storedAt, settled_at: settledAt, ...row }) => {
          const content = await decodeContent(row.content, row.pair, null);
          const number = Number(/Case #(\d+):/.exec(JSON.stringify(content))?.[1] ?? NaN);
          const judgedAt = settledAt === null ? null : Number(settledAt);
          return { ...row, content, number, facts: numbers, storedAt: Number(storedAt), judgedAt };
        }),
      );
    },
    async stored() {
      const found = await rows<{ arm: string; n: string }>(
        'select arm, count(*) as n from understudy.pairs group by arm order by arm',
      );
      return Object.fromEntries(found.map(({ arm, n }) => [arm, Number(n)]));
    },
    async counted() {
      const found = await rows<{ arm: string; admitted: string; published: string; dropped: string }>(
        `select arm, sum(admitted) as admitted, sum(published) as published, sum(dropped_total) as dropped
         from understudy.slice_counts group by arm order by arm`,
      );
      return Object.fromEntries(
        found.map(({ arm, ...counts }) => [
          arm,
          {
            admitted: Number(counts.admitted),
            published: Number(counts.published),
            dropped: Number(counts.dropped),
          },
        ]),
      );
    },
    async skipped() {
      const found = await rows<{ arm: string; skipped: Record<string, number> }>(
        'select arm, skipped from understudy.slice_counts',
      );
      const sums: Record<string, Record<string, number>> = {};
      for (const { arm, skipped } of found) {
        const known = (sums[arm] ??= {});
        for (const [reason, count] of Object.entries(skipped)) known[reason] = (known[reason] ?? 0) + count;
      }
      return sums;
    },
    async underWay() {
      const open = await rows<{ slice: string }>(
        `select distinct slice from understudy.slice_counts where admitted > 0 and slice not in
           (select slice from understudy.slices) order by slice`,
      );
      const judgements = await rows<{ status: string; n: string }>(
        'select status, count(*) as n from understudy.judgements group by status',
      );
      const of = (status: string): number => Number(judgements.find((each) => each.status === status)?.n ?? 0);
      return { slices: open.map(({ slice }) => Number(slice)), waiting: of('waiting'), judged: of('judged') };
    },
    async holder() {
      const [row] = await rows<{ holder: string }>(
        "select holder from understudy.lease where name = 'closer' and expires_at > extract(epoch from now()) * 1000",
      );
      if (row === undefined) return null;
      return { name: row.holder, pid: Number(row.holder.split('-').at(-2)) };
    },
    [Symbol.asyncDispose]: () => pool.end(),
  };
}
