import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planCommand } from '../../packages/evaluator/src/cli/plan.js';
import { reportCommand } from '../../packages/evaluator/src/cli/report.js';
import { collectedOutput } from '../../packages/evaluator/src/cli/collected-output.test.support.js';
import { ConfigurationError, NotFoundError } from '../../packages/evaluator/src/errors.js';
import { openLedger } from '../../packages/evaluator/src/ledger/open.js';
import { openStore, type Store } from '../../packages/evaluator/src/queue/store.js';
import { at, closeAt, legs, ScriptedProducer, scriptedRun, START } from './ledger-script.js';

const HOSTILE = '</pre><script src="https://evil.example/x.js">\u202e</script>';

describe('understudy report', () => {
  let folder: string;
  let config: string;
  let store: Store;
  const collected = collectedOutput();
  const { lines } = collected;
  const output = { ...collected, err: collected.out };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-report-'));
    config = join(folder, 'understudy.yaml');
    await writeFile(config, 'version: 1\nqueue: { url: "embedded:./store" }\n');
    store = await openStore(`embedded:${join(folder, 'store')}`);
    const ledger = await openLedger(store.postgresUrl ?? '', START);
    for (const [alpha, k] of [
      [0.05, 1],
      [0.1, 2],
    ] as const) {
      const policy = { alpha, gates: { errors: { margin: 0.02 }, latency_p50: { thresholdMs: 100 } } };
      const run = scriptedRun('refunds-mini', { policy });
      await ledger.registerRun(run, START + k);
      const producer = new ScriptedProducer(run);
      await ledger.storeBatch(producer.hello(), [], START);
      if (k === 1) continue;
      const rows = producer.admit([
        ...legs(0, 150),
        ...legs(1, 150, { segment: HOSTILE, text: HOSTILE }),
        ...legs(2, 40, { failed: true, durationMs: 900, segment: HOSTILE }),
      ]);
      await ledger.storeBatch(producer.finish(0, 1, 2).batch({ now: at(4), watermark: at(3) }), rows, at(4));
      await closeAt(ledger, run, at(30));
    }
    await ledger.close();
  });
  afterAll(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('writes one file with the verdict, what was changed, and the worst pairs', async () => {
    const out = join(folder, 'report.html');
    expect(await reportCommand({ config, out }, output)).toBe(0);
    expect(lines.at(-1)).toMatch(/^written: .*report\.html \(\d+ KiB\)$/);
    const page = await readFile(out, 'utf8');
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain('refunds-mini: candidate candidate');
    expect(page).toContain('the candidate failed: HTTP_500');
    expect(page).toMatch(/changed against run number 1.*policy\.alpha/s);
    expect(page).toContain('&lt;/pre&gt;&lt;script src=');
    expect(page).not.toMatch(/<script|<iframe|<link|<img|\u202e/);
    expect(page.match(/<svg/g)?.length).toBeGreaterThanOrEqual(3);
  });

  it('prints it where no file is named, and refuses one that cannot be written', async () => {
    expect(await reportCommand({ config, arm: 'candidate' }, output)).toBe(0);
    expect(lines.at(-1)).toMatch(/^<!doctype html>/);
    const out = join(folder, 'nowhere', 'report.html');
    await expect(reportCommand({ config, out }, output)).rejects.toThrow(ConfigurationError);
    await expect(reportCommand({ config, experiment: 'other' }, output)).rejects.toThrow(NotFoundError);
  });

  it('has a plan at the rates of the same ledger', async () => {
    expect(await planCommand({ config, usdPerPair: 0.01 }, output)).toBe(0);
    expect(lines.at(-1)).toMatch(/^refunds-mini, candidate candidate, run [0-9a-f]{16}\n/);
    expect(lines.at(-1)).toMatch(/errors +\+2 points +base rate 0 %, 11\.99 % differ \(measured\)/);
    expect(lines.at(-1)).toMatch(/latency_p50 .* never /);
    expect(lines.at(-1)).toContain('No number of pairs is enough at these rates: latency_p50.');
  });
});
