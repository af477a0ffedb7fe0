import { expect, it } from 'vitest';
import type { Misconfigured } from '@understudy/instrumentation/trial';
import { resolveExperiment, type Run, runOf } from '@understudy/instrumentation/experiment';
import { at, HOLDER, START } from './ledger-script.js';
import type { LedgerUnderTest } from './ledger-under-test.js';

/** What services and evaluators have seen of how they are set up. */
export function testMisconfigured(under: LedgerUnderTest): void {
  const kept = async (experiment: string): Promise<unknown> =>
    (await under.ledger.snapshot({ now: START })).misconfigured.filter((one) => one.experiment === experiment);
  const seen = (experiment: string, count: number, found = 'NUL \u0000'): Misconfigured => {
    return { cause: 'candidate_key', experiment, count, found };
  };

  /** How often anything was seen that concerns a process as a whole. */
  const whole = async (): Promise<number> =>
    (await under.ledger.snapshot({ now: START })).misconfigured
      .filter(({ experiment }) => experiment === null)
      .reduce((all, { count }) => all + count, 0);

  it('adds up what batches tell of how services are set up, each batch once', async () => {
    const [one, other] = [await under.registered(runNamed('told')), await under.registered(runNamed('told'))];
    const batch = { ...one.batch({ now: START + 1 }), misconfigured: [seen('told', 2)] };
    await under.ledger.storeBatch(batch, [], START + 1);
    await under.ledger.storeBatch(batch, [], START + 2);
    await under.ledger.storeBatch(
      { ...other.batch({ now: START + 3 }), misconfigured: [seen('told', 3, 'last')] },
      [],
      START + 3,
    );
    expect(await kept('told')).toEqual([
      {
        cause: 'candidate_key',
        experiment: 'told',
        count: 5,
        found: 'last',
        firstAt: START + 1,
        lastAt: START + 3,
        by: [],
      },
    ]);
  });

  it('adds what an evaluator has seen, and keeps nothing of a cause it does not know', async () => {
    await under.ledger.noteMisconfigured([seen('noted', 1), { ...seen('noted', 1), cause: 'of_tomorrow' }], START);
    await under.ledger.noteMisconfigured([seen('noted', 1)], START + 1.5);
    expect(await kept('noted')).toMatchObject([{ cause: 'candidate_key', count: 2, lastAt: START + 1 }]);
  });

  it('keeps what a service says of itself and of experiments it has announced, and of no others', async () => {
    const one = await under.registered(runNamed('announced'));
    await under.registered(runNamed('of-another'));
    const junk = Array.from({ length: 1000 }, (_, number) => seen(`junk-${number}`, 1));
    const misconfigured = [seen('announced', 2), seen('of-another', 1), { ...seen('', 4), experiment: null }, ...junk];
    const before = await whole();
    await under.ledger.storeBatch({ ...one.batch({ now: START + 1 }), misconfigured }, [], START + 1);
    expect(await kept('announced')).toMatchObject([{ count: 2 }]);
    expect(await kept('of-another')).toEqual([]);
    const { misconfigured: all } = await under.ledger.snapshot({ now: START });
    expect(all.filter(({ experiment }) => experiment?.startsWith('junk') === true)).toEqual([]);
    expect((await whole()) - before).toBe(4);
  });

  it('knows whose process it is that something concerns as a whole', async () => {
    const [one, other] = [await under.registered(runNamed('one-team')), await under.registered(runNamed('other-team'))];
    const older = (found: string): Misconfigured => ({ cause: 'two_apis', experiment: null, count: 1, found });
    const tell = async (batch: ReturnType<typeof one.batch>, found: string, now: number): Promise<unknown> =>
      under.ledger.storeBatch({ ...batch, misconfigured: [older(found), seen('one-team', 1)] }, [], now);
    const [first, second] = [one.batch({ now: START + 1 }), other.batch({ now: START + 2 })];
    await tell(first, '1.8', START + 1);
    await tell(second, '1.9', START + 2);
    const clock = { ...older('off'), cause: 'clock_skew', by: [{ producer: second.producer, found: 'its clock' }] };
    await under.ledger.noteMisconfigured([clock], START + 3);
    const { misconfigured } = await under.ledger.snapshot({ now: START });
    const ownersOf = (wanted: string): unknown => misconfigured.find(({ cause }) => cause === wanted)?.by;
    expect(ownersOf('two_apis')).toEqual([
      { producer: second.producer, found: '1.9', lastAt: START + 2 },
      { producer: first.producer, found: '1.8', lastAt: START + 1 },
    ]);
    expect(ownersOf('clock_skew')).toEqual([{ producer: second.producer, found: 'its clock', lastAt: START + 3 }]);
    expect(await kept('one-team')).toMatchObject([{ by: [] }]);
  });

  it('knows of the one process of a team, however many another has', async () => {
    const [one, fleet] = [
      await under.registered(runNamed('small-team')),
      await under.registered(runNamed('large-team')),
    ];
    const seenAt = async (producer: string, now: number): Promise<unknown> =>
      under.ledger.noteMisconfigured(
        [{ cause: 'not_recorded', experiment: null, count: 1, found: 'none', by: [{ producer, found: 'none' }] }],
        now,
      );
    const batch = fleet.batch({ now: START + 1 });
    const own = one.batch({ now: START + 1 });
    await under.ledger.storeBatch(own, [], START + 1);
    await seenAt(own.producer, START + 1);
    for (let pod = 0; pod < 100; pod += 1) {
      const producer = `${batch.producer}-${pod}`;
      await under.ledger.storeBatch({ ...batch, producer }, [], START + 2);
      await seenAt(producer, START + 2 + pod);
    }
    const { misconfigured } = await under.ledger.snapshot({ now: START });
    const by = misconfigured.find(({ cause }) => cause === 'not_recorded')?.by ?? [];
    expect(by.map(({ producer }) => producer)).toContain(own.producer);
    expect(by).toHaveLength(65);
  });

  it('forgets what was not seen for as long as content is kept', async () => {
    const longAgo = at(-2 * 864_000);
    await under.ledger.noteMisconfigured([seen('put right', 1), seen('goes on', 1)], longAgo);
    await under.ledger.noteMisconfigured([seen('goes on', 1)], longAgo + 60_000);
    await under.ledger.tryLease(HOLDER, longAgo + 90_000, 15_000);
    await under.ledger.expire({ holder: HOLDER, now: longAgo + 90_000, before: longAgo + 30_000 });
    await under.ledger.releaseLease(HOLDER);
    expect(await kept('put right')).toEqual([]);
    expect(await kept('goes on')).toMatchObject([{ count: 2 }]);
  });

  it('shows the last two hundred or so, however many there are', async () => {
    const many = Array.from({ length: 200 }, (_, number) => seen(`many-${number}`, 1));
    const old = Array.from({ length: 200 }, (_, number) => seen(`old-${number}`, 1));
    await under.ledger.noteMisconfigured(old, at(-864_000));
    await under.ledger.noteMisconfigured(many, START);
    const { misconfigured } = await under.ledger.snapshot({ now: START });
    expect(misconfigured).toHaveLength(256);
    const named = new Set(misconfigured.map(({ experiment }) => experiment));
    expect(many.every(({ experiment }) => named.has(experiment))).toBe(true);
  });
}

/** A run of its own: two of one experiment are two versions of it. */
function runNamed(name: string): Run {
  versions += 1;
  return runOf(resolveExperiment({ name, candidates: { candidate: { model: `m-${versions}` } } }));
}

let versions = 0;
