import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exitOfError } from '../../packages/evaluator/src/cli/exit-codes.js';
import { labelCommand } from '../../packages/evaluator/src/cli/label.js';
import { styleFor } from '../../packages/evaluator/src/cli/style.js';
import type { Output } from '../../packages/evaluator/src/cli/terminal.js';
import { labelling } from '../../packages/evaluator/src/evaluator/labelling.js';
import { type ClosingWorld, historyOf, judgeAll, lookAt, openWorld, SOON, store } from './closing-world.js';

let world: ClosingWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.end());

/** A run of `relabelled` whose pairs are all offered. Gives its id. */
async function runOffered(seed: number): Promise<string> {
  const history = historyOf(4, () => 1, seed, { labels: 1, experiment: 'relabelled' });
  await judgeAll(world, await store(world, history, 0.9), () => 1);
  await lookAt(world, history, SOON);
  return history.producer.run.id;
}

it('asks people about the newest run of an experiment, as long as its judge is fit', async () => {
  const people = labelling(world.ledger, () => SOON + 1);
  const offers = async (): Promise<readonly string[]> =>
    (await people.pairs({ limit: 100, experiment: 'relabelled' })).map(({ run }) => run);
  const first = await runOffered(1);
  const [kept] = await people.pairs({ limit: 1, experiment: null });
  expect(await offers()).toEqual(Array.from({ length: 12 }, () => first));

  const second = await runOffered(2);
  expect(await offers()).toEqual(Array.from({ length: 12 }, () => second));
  expect(await people.open(null)).toBe(12);
  // What somebody was shown before, or has in a file, is taken all the same.
  expect(await people.answer(kept!.pair, 'A')).toBe('stored');

  await world.sql(`update understudy.judge_state set unfit = 'blind' where run = $1`, [second]);
  expect(await offers()).toEqual([]);
  expect(await people.open('relabelled')).toBe(0);
});

it('says so where the ledger holds no run of an experiment', async () => {
  const config = join(world.folder, 'understudy.yaml');
  await writeFile(config, `version: 1\nqueue: { url: "embedded:${world.folder}" }\n`);
  const style = styleFor(false);
  const ignored = (): void => undefined;
  const output: Output = { out: ignored, err: ignored, style, errStyle: style, live: false, progress: ignored };
  const error = await labelCommand({ config, experiment: 'nosuch', export: '-' }, output).catch(
    (cause: unknown) => cause,
  );
  expect(String(error)).toContain('the ledger holds no run of nosuch, but of relabelled');
  expect(exitOfError(error)).toBe(3);
  expect(await labelCommand({ config, experiment: 'relabelled', export: '-' }, output)).toBe(0);
});
