import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { understudy } from '../end-to-end/processes.js';
import {
  type ClosingWorld,
  type History,
  historyOf,
  judgeAll,
  lookAt,
  openWorld,
  SOON,
  store,
} from '../judging/closing-world.js';

vi.setConfig({ testTimeout: 60_000 });

describe('understudy label', () => {
  let world: ClosingWorld;
  let config: string;
  let history: History;
  let offered: number;

  beforeAll(async () => {
    world = await openWorld();
    config = join(world.folder, 'understudy.yaml');
    await writeFile(config, `version: 1\nqueue: { url: "embedded:." }\n`);
    history = historyOf(10, () => 1, 1, { labels: 0.5 });
    await judgeAll(world, await store(world, history, 0.9), () => 1);
    offered = (await lookAt(world, history, SOON)).state.labels.offered;
    // The script's time is long ago, and the command's is now.
    await world.sql('update understudy.labels set deadline = $1', [Date.now() + 3_600_000]);
  });

  afterAll(() => world.end());

  const label = (...args: string[]): ReturnType<typeof understudy> =>
    understudy(['label', '--config', config, ...args]);

  it('says how many pairs are open, and what it needs where there is no terminal', async () => {
    expect(offered).toBeGreaterThan(5);
    const open = await label('--json');
    expect(JSON.parse(open.out)).toEqual({ open: offered });
    const piped = await label();
    expect(piped).toMatchObject({ code: 3 });
    expect(piped.err).toContain('expected a terminal, --export FILE or --import FILE');
  });

  it('writes pairs for the user alone, and takes their labels back once', async () => {
    const file = join(world.folder, 'pairs.jsonl');
    expect((await label('--export', file)).out).toContain(`${offered} pairs written`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await label('--export', file)).toMatchObject({ code: 3 });
    const pairs = (await readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    const labels = join(world.folder, 'labels.jsonl');
    const lines = (answer: string): string => pairs.map((pair) => JSON.stringify({ ...pair, answer })).join('\n');

    await writeFile(labels, lines('maybe'));
    const wrong = await label('--import', labels);
    expect(wrong).toMatchObject({ code: 3 });
    expect(wrong.err).toContain('line 1: answer: expected "A", "B", "tie", "skip"');

    await writeFile(labels, lines('tie'));
    expect((await label('--import', labels)).out).toContain(`${offered} of ${offered} labels stored`);
    expect(JSON.parse((await label('--import', labels, '--json')).out)).toMatchObject({ stored: 0, known: offered });
    expect(JSON.parse((await label('--json')).out)).toEqual({ open: 0 });
    const { state } = await lookAt(world, history, SOON + 1000);
    expect(state.labels).toMatchObject({ offered, answered: offered, open: 0 });
    expect(state.labels.table.flat().reduce((sum, cell) => sum + cell, 0)).toBe(offered);
  });
});
