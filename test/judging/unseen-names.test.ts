import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeAt } from '../integration/ledger-script.js';
import { type ClosingWorld, historyOf, judgeAll, JUDGE, openWorld, SOON, store } from './closing-world.js';

let world: ClosingWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.end());

/** Slices whose win rate is not closed, and the pairs that were drawn, by their judge. */
async function look(run: string): Promise<readonly unknown[]> {
  const slices = await world.sql('select from understudy.win_rate_slices where run = $1 and not judged', [run]);
  const drawn = await world.sql(
    'select judge, count(*)::int as pairs from understudy.judgements where run = $1 group by judge order by judge',
    [run],
  );
  return [slices.length, ...drawn];
}

it('is closed with its pairs as drawn, a slice whose batch was stored while another one named the judge', async () => {
  const history = historyOf(10, () => 1, 1, { labels: 0 });
  const { run } = history.producer;
  const rows = await store(world, history, 0.9);
  // Whoever renames does not see what is not committed yet, and no batch comes after.
  await world.sql(`update understudy.judgements set judge = '' where run = $1 and slice > 0`, [run.id]);
  await closeAt(world.ledger, run, SOON);
  expect(await look(run.id)).toEqual([3, { judge: JUDGE, pairs: 30 }]);
  const due = await world.ledger.judging.claim({ now: SOON, leaseMs: 1, limit: 100 });
  expect(due.map(({ judge }) => judge)).toEqual(Array.from({ length: 30 }, () => JUDGE));
  await judgeAll(world, rows, (truth) => truth);
  await closeAt(world.ledger, run, SOON);
  expect(await look(run.id)).toEqual([0, { judge: JUDGE, pairs: 30 }]);
});
