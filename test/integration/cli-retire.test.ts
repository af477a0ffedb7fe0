import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { collectedOutput } from '../../packages/evaluator/src/cli/collected-output.test.support.js';
import { retireCommand } from '../../packages/evaluator/src/cli/retire.js';
import { ConfigurationError, NotFoundError } from '../../packages/evaluator/src/errors.js';
import type { Ledger } from '../../packages/evaluator/src/ledger/ledger.js';
import { openLedger } from '../../packages/evaluator/src/ledger/open.js';
import { openStore, type Store } from '../../packages/evaluator/src/queue/store.js';
import { ScriptedProducer, scriptedRun } from './ledger-script.js';

let folder: string;
let config: string;
let store: Store;
let ledger: Ledger;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-retire-'));
  config = join(folder, 'understudy.yaml');
  await writeFile(config, 'version: 1\nqueue: { url: "embedded:./store" }\n');
  store = await openStore(`embedded:${join(folder, 'store')}`);
  ledger = await openLedger(store.postgresUrl ?? '', Date.now());
  for (const [name, isFinal] of [
    ['over', true],
    ['served', false],
  ] as const) {
    const now = Date.now();
    const run = scriptedRun(name);
    await ledger.registerRun(run, now);
    const producer = new ScriptedProducer(run, now);
    await ledger.storeBatch(producer.hello(now), [], now);
    if (isFinal) await ledger.storeBatch(producer.batch({ now, final: true }), [], now);
  }
});
afterAll(async () => {
  await ledger.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const shown = async (): Promise<readonly string[]> =>
  (await ledger.snapshot({ now: Date.now() })).runs.map(({ run }) => run.experiment);

it('leaves out an experiment that nobody compares for, and shows it again', async () => {
  const output = collectedOutput();
  expect(await retireCommand({ config, experiment: 'over' }, output)).toBe(0);
  expect(output.lines.join()).toMatch(/^retired: 1 run of over\. `--undo` shows them again/);
  expect(await shown()).toEqual(['served']);
  await expect(retireCommand({ config, experiment: 'over' }, output)).rejects.toThrow('has no run that is not retired');

  const json = collectedOutput();
  expect(await retireCommand({ config, experiment: 'over', undo: true, json: true }, json)).toBe(0);
  expect(JSON.parse(json.lines.join())).toEqual({ v: 1, experiment: 'over', runs: 1, retired: false });
  expect(await shown()).toEqual(['over', 'served']);
});

it('refuses what a service still compares for, and names what is not there', async () => {
  const served = retireCommand({ config, experiment: 'served' }, collectedOutput());
  await expect(served).rejects.toBeInstanceOf(ConfigurationError);
  await expect(served).rejects.toThrow(/got producer\d+: take it out of their configuration first/);
  const none = retireCommand({ config, experiment: 'no\u001b[2Jbody' }, collectedOutput());
  await expect(none).rejects.toBeInstanceOf(NotFoundError);
  await expect(none).rejects.not.toThrow('\u001b');
  expect(await shown()).toEqual(['over', 'served']);
});
