import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardOutput, mergeArmGuards } from '../../packages/evaluator/src/judge/guard/arm-guard.js';
import { keyedHash } from '../../packages/evaluator/src/judge/guard/keyed-hash.js';
import { readArmGuard, storedText } from '../../packages/evaluator/src/judge/stored.js';
import { mergeGuards } from '../../packages/evaluator/src/ledger/judging/arm-guards.js';
import { HOLDER, START } from '../integration/ledger-script.js';
import type { Side } from '../simulation/judge.js';
import {
  type ClosingWorld,
  DAY,
  historyOf,
  judgeAll,
  lookAt,
  openWorld,
  type PolicyGates,
  SOON,
  store,
} from './closing-world.js';

const HASH = keyedHash('a secret');

const honest = (truth: Side): Side => truth;

let world: ClosingWorld;
/** Seeds of the runs that are tried. */
let quarantines = 72;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.end());

describe('an arm that says the same to everybody', () => {
  const HOUR = 3_600_000;
  const NOW = Math.floor(START / HOUR);
  const same = (at: number): [string, string] => [`answer number ${at}`, 'as you wish'];
  const own = (at: number): [string, string] => [`answer number ${at}`, `number ${at} it is`];

  /** What the guard has stored of `count` pairs. */
  async function said(run: string, segment: string, hoursAgo: number, count: number, texts = same): Promise<void> {
    const pairs = Array.from({ length: count }, (_, at) => {
      const [primary, shadow] = texts(at + 1000 * hoursAgo);
      return guardOutput(`${segment} ${hoursAgo} ${at}`, { primary, shadow }, HASH);
    });
    await world.sql(
      `insert into understudy.arm_guards (run, arm, segment, period, state) values ($1, 'candidate', $2, $3, $4)`,
      [run, segment, NOW - hoursAgo, storedText(pairs.reduce(mergeArmGuards))],
    );
  }

  it('is told from hashes that go with what was erased, and with what is old', async () => {
    const history = historyOf(6, () => 1, 72, { labels: 0 });
    const { id } = history.producer.run;
    const rows = await store(world, history, 0.9);
    const [first, ...others] = rows;
    const guarded = rows.map(({ pair, run, arm, segment, content }, index) => {
      const [primary, shadow] = own(index);
      const period = Math.floor(content.startedAt / HOUR);
      return { pair, run, arm, segment, period, state: guardOutput(pair, { primary, shadow }, HASH) };
    });
    await mergeGuards(world.query, guarded);
    const kept = async (): Promise<readonly unknown[]> => {
      const states = await world.sql(`select state::text as state from understudy.arm_guards where run = $1`, [id]);
      return states.flatMap(({ state }) => readArmGuard(String(state)).sample.map(({ pair }) => pair)).toSorted();
    };
    expect(await kept()).toEqual(rows.map(({ pair }) => pair).toSorted());
    await world.ledger.erase({ kind: 'pair', pair: first?.pair ?? '', call: null }, { dryRun: false });
    expect(await kept()).toEqual(others.map(({ pair }) => pair).toSorted());

    await world.ledger.tryLease(HOLDER, SOON, 15_000);
    await world.ledger.expire({ holder: HOLDER, now: SOON, before: NOW * HOUR });
    expect(await kept()).toHaveLength(others.length);
    await world.ledger.expire({ holder: HOLDER, now: SOON, before: (NOW + 2) * HOUR });
    await world.ledger.releaseLease(HOLDER);
    expect(await kept()).toEqual([]);
  });

  async function quarantinedAs(seed: number, guards: (run: string) => Promise<void>, gates?: PolicyGates) {
    const history = historyOf(40, () => 1, seed, { labels: 0, ...(gates !== undefined && { gates }) });
    const { id } = history.producer.run;
    const rows = await store(world, history, 0.9);
    await judgeAll(world, rows, honest);
    await guards(id);
    const { verdict } = await lookAt(world, history, SOON);
    const stored = await world.sql('select segment, reason from understudy.quarantines where run = $1', [id]);
    return { history, verdict, stored };
  }

  it('is in quarantine for good', async () => {
    const { history, verdict, stored } = await quarantinedAs(71, (id) => said(id, '_none', 0, 120));
    expect(stored).toEqual([{ segment: '_none', reason: 'constant' }]);
    expect(verdict).toMatchObject({ state: 'hold', reason: 'quarantined' });
    await world.sql('delete from understudy.arm_guards where run = $1', [history.producer.run.id]);
    expect((await lookAt(world, history, SOON + DAY)).verdict).toMatchObject({ reason: 'quarantined' });
  });

  it.each<readonly [string, string, (run: string) => Promise<void>]>([
    [
      'over its segments together, of which each has few pairs',
      '_all',
      async (id) => {
        for (const segment of ['a', 'b', 'c']) await said(id, segment, 0, 20);
      },
    ],
    [
      'over the hours back to where there are enough',
      '_none',
      async (id) => {
        for (const hour of [0, 1, 2, 5, 9, 10, 11, 12, 13, 14, 20, 21, 22]) await said(id, '_none', hour, 4);
      },
    ],
    [
      'in a segment of little traffic beside one that is well',
      'rare',
      async (id) => {
        await said(id, 'busy', 0, 500, own);
        for (const hour of [0, 3, 6, 9]) await said(id, 'rare', hour, 15);
      },
    ],
    [
      'in the last hour of a segment, however well it was before',
      '_none',
      async (id) => {
        await said(id, '_none', 1, 500, own);
        await said(id, '_none', 0, 60);
      },
    ],
    [
      'in the hour before the one that has begun',
      '_none',
      async (id) => {
        await said(id, '_none', 0, 3, own);
        await said(id, '_none', 1, 60);
      },
    ],
  ])('is found %s', async (_what, segment, pairs) => {
    const { verdict, stored } = await quarantinedAs((quarantines += 1), pairs);
    expect(stored).toMatchObject([{ segment }]);
    expect(verdict).toMatchObject({ state: 'hold', reason: 'quarantined' });
  });

  it('is not said of one with too few pairs, nor of one that answers what it is asked', async () => {
    const { stored } = await quarantinedAs((quarantines += 1), async (id) => {
      for (const [at, segment] of ['a', 'b', 'c'].entries()) await said(id, segment, at, 16);
    });
    expect(stored).toEqual([]);
    const well = await quarantinedAs((quarantines += 1), async (id) => {
      for (const segment of ['a', 'b', 'c']) for (const hour of [0, 1, 2]) await said(id, segment, hour, 40, own);
    });
    expect(well.stored).toEqual([]);
    expect(well.verdict.state).toBe('go_provisional');
  });

  it('is held also where the win rate is to decide nothing', async () => {
    const run = await quarantinedAs((quarantines += 1), (id) => said(id, '_none', 0, 120), {
      errors: { margin: 0.1 },
      win_rate: false,
    });
    expect(run.verdict.gates.map(({ gate }) => gate)).toEqual(['errors']);
    expect(run.verdict).toMatchObject({ state: 'hold', reason: 'quarantined' });
  });
});
