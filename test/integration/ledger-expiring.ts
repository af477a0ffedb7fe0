import pg from 'pg';
import { expect, it } from 'vitest';
import { at, closeAt, HOLDER, legs, stateOf } from './ledger-script.js';
import type { LedgerUnderTest } from './ledger-under-test.js';

/** Ten days before the other scripts, so that what is old here is old here only. */
const LONG_AGO = -864_000;
const NOW = at(LONG_AGO + 3600);

/** What becomes of content once it is old. */
export function testExpiring(under: LedgerUnderTest): void {
  it('removes content and whose it was once it is old, and nothing that decides', async () => {
    const producer = await under.registered(undefined, at(LONG_AGO - 10));
    const rows = producer.admit(legs(LONG_AGO, 1200, { text: 'no' })).map((row) => ({
      ...row,
      subject: row.cluster.repeat(2) as NonNullable<typeof row.subject>,
    }));
    const [early, late] = [rows.slice(0, 1100), rows.slice(1100)];
    const last = producer.finish(LONG_AGO).batch({ now: at(LONG_AGO + 1) });
    await under.ledger.storeBatch(
      { ...producer.batch({ now: at(LONG_AGO + 1) }), slices: [] },
      early,
      at(LONG_AGO + 1),
    );
    await under.ledger.storeBatch(last, late, at(LONG_AGO + 60));
    await under.ledger.reject([entry('old'), quoting('with data', '1'), quoting('without', null)], at(LONG_AGO + 1));
    await under.ledger.reject([entry('new'), quoting('new quoting', null)], at(LONG_AGO + 60));
    const before = at(LONG_AGO + 30);

    expect(await under.ledger.expire({ holder: HOLDER, now: NOW, before })).toBe(0);
    await under.ledger.tryLease(HOLDER, NOW, 15_000);
    expect(await under.ledger.expire({ holder: HOLDER, now: NOW, before })).toBe(1103);
    expect(await under.ledger.expire({ holder: HOLDER, now: NOW, before })).toBe(0);
    await under.ledger.releaseLease(HOLDER);

    expect(await kept(under.url, producer.run.id)).toEqual({
      pairs: 1200,
      contents: 100,
      subjects: 100,
      aside: ['new'],
      quoting: ['new quoting'],
    });
    // They were not closed yet: what they are evidence of stays.
    expect(await closeAt(under.ledger, producer.run, NOW)).toMatchObject([
      { stored: 1200, evidence: 1200, missing: 0 },
    ]);
    const [shown] = await under.ledger.readPairs({ run: producer.run.id, arm: 'candidate', pair: rows[0]?.pair ?? '' });
    expect(shown).toMatchObject({ content: null, withheld: 'removed', facts: rows[0]?.facts, evidence: true });
    expect(shown).not.toHaveProperty('subject');
    // A batch that comes again brings nothing back.
    await under.ledger.storeBatch(last, rows, NOW);
    expect(await kept(under.url, producer.run.id)).toMatchObject({ pairs: 1200, contents: 100 });
    expect((await stateOf(under.ledger, producer.run.id, NOW)).candidate.funnel).toMatchObject({
      stored: 1200,
      late: 0,
    });
  });
}

function entry(job: string) {
  const nothing = { producer: null, seq: null, run: null, arm: null, legs: null };
  return { job: `expiring-${job}`, code: 'encoding', message: 'no', ...nothing, data: '"what it was"' };
}

/** Of what broke, its words may be in what is said of it. */
function quoting(job: string, data: string | null) {
  return { ...entry(job), code: 'broken', message: 'Unexpected token in "what it was"', data };
}

async function kept(url: string, run: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const pairs = await client.query<{ pairs: number; contents: number; subjects: number }>(
    `select count(*)::int as pairs, count(content)::int as contents, count(subject)::int as subjects
     from understudy.pairs where run = $1`,
    [run],
  );
  const aside = await client.query<{ job: string }>(
    `select replace(job, 'expiring-', '') as job from understudy.rejected where job like 'expiring-%' and data is not null`,
  );
  const quotations = await client.query<{ job: string }>(
    `select replace(job, 'expiring-', '') as job from understudy.rejected where job like 'expiring-%' and message like '%what it was%'`,
  );
  await client.end();
  const named = ({ rows }: { rows: readonly { job: string }[] }): readonly string[] => rows.map(({ job }) => job);
  return { ...pairs.rows[0], aside: named(aside), quoting: named(quotations) };
}
