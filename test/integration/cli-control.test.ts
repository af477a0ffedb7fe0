import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Bounds, type Control, controlId, readControl } from '@understudy/instrumentation/experiment';
import { type Evaluator, startEvaluator } from '../../packages/evaluator/src/evaluator.js';
import { withSettings } from '../../packages/evaluator/src/queue/settings.js';
import { openStore } from '../../packages/evaluator/src/queue/store.js';
import { understudy } from '../end-to-end/processes.js';
import { answer, enqueue, HandProducer, PAIRS, testRun } from '../evaluator/batches.js';
import { until } from '../evaluator/until.js';
import { freePort } from '../servers/process.js';

const TELEMETRY = { tracesUrl: null, metricsUrl: null, metricIntervalMs: 60_000, serviceName: 'test' };

vi.setConfig({ testTimeout: 90_000 });

describe('understudy control', () => {
  let folder: string;
  let config: string;
  let url: string;
  let evaluator: Evaluator;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-control-'));
    config = await configured('understudy.yaml', 'ledger: { url: "embedded:./store" }');
    url = `embedded:${folder}/store`;
    evaluator = await startEvaluator({ config: { queueUrl: url, ledgerUrl: url, telemetry: TELEMETRY } });
    const store = await openStore(url);
    const queues = store.queues();
    const queue = queues.queue(PAIRS);
    const window = { from: Date.now() - 100_000, until: Date.now() - 5000 };
    const bounds: Bounds = { enabled: true, rate: 0.5, window, target: { pairs: 5, afterwards: 'stop', rate: 0.1 } };
    for (const name of ['one', 'two']) {
      const run = testRun(name, { piMin: 0.25 });
      const producer = new HandProducer(`p${name}`, run, window.from);
      const { id, experiment, definition } = run;
      await enqueue(queue, producer.batch({ runs: [{ run: id, experiment, definition, bounds }] }));
      for (let index = 0; index < 10; index += 1)
        producer.call(window.until - 2000 + index, answer('yes'), { small: answer('yes'), aa: answer('yes') });
      await enqueue(queue, producer.batch());
    }
    await until(evaluator, ({ standings }) => standings.length === 2 && standings.every(({ expired }) => expired));
    await queue.close();
    await queues.close();
    await store.close();
  });

  afterAll(async () => {
    await evaluator.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function configured(file: string, ledger: string): Promise<string> {
    const path = join(folder, file);
    await writeFile(path, `version: 1\nqueue: { url: "embedded:./store" }\n${ledger}\n`);
    return path;
  }

  function control(...args: string[]): ReturnType<typeof understudy> {
    return understudy(['control', '--config', config, ...args]);
  }

  async function kept(experiment: string): Promise<Control | null> {
    const store = await openStore(url, { queue: false });
    const said = await withSettings(store, ({ read }) => read(controlId(experiment)));
    await store.close();
    return readControl(said);
  }

  it('sets what is named, prints who follows, and is seen by the ledger', async () => {
    const off = await control('--experiment', 'one', '--off', '--rate', '0.3');
    expect(off).toMatchObject({ code: 0, err: '' });
    expect(off.out).toMatch(/^one {2}off, rate 0\.3; set /);
    expect(off.out).toContain('1 service process alive: pone');
    expect(off.out).toContain('They follow within a second');
    expect(await kept('one')).toMatchObject({ enabled: false, rate: 0.3 });
    expect(await kept('two')).toBeNull();
    await until(evaluator, ({ snapshot: { runs } }) => runs[0]?.control?.enabled === false);

    const shown = await control('-e', 'one', '--json');
    expect(JSON.parse(shown.out)).toMatchObject({
      experiment: 'one',
      changed: false,
      control: { enabled: false, rate: 0.3 },
      runs: [{ piMin: 0.25, bounds: { rate: 0.5, target: { pairs: 5 } } }],
      producers: ['pone'],
    });
    expect(await control('-e', 'one', '--clear')).toMatchObject({ code: 0 });
    expect(await kept('one')).not.toHaveProperty('enabled');
  });

  it('refuses what would not be obeyed, with the reason and the fix, and changes nothing', async () => {
    const low = await control('-e', 'two', '--rate', '0.2', '--off');
    expect(low).toMatchObject({ code: 3, out: '' });
    expect(low.err).toMatch(/at least 0\.25, the run's piMin, got 0\.2.*Declare a lower `piMin`/);
    expect((await control('-e', 'two', '--on', '--off')).code).toBe(3);
    expect((await control('-e', 'two', '--rate', '1.5')).code).toBe(3);
    expect((await control('-e', 'two', '--until', '2026-11-21T00:00:00')).err).toContain('with its offset');
    const several = await control('--off');
    expect(several).toMatchObject({ code: 3 });
    expect(several.err).toContain('--experiment two');
    expect((await control('-e', 'none', '--off')).err).toContain('there is no experiment none');
    expect(await kept('two')).toBeNull();
  });

  it('switches off where the ledger is away', async () => {
    const away = await configured('away.yaml', `ledger: { url: "postgres://127.0.0.1:${await freePort()}/none" }`);
    const off = await understudy(['control', '--config', away, '-e', 'two', '--off']);
    expect(off).toMatchObject({ code: 0 });
    expect(off.err).toContain('it is not known who follows');
    expect(await kept('two')).toMatchObject({ enabled: false });
  });

  it('exits 4 where the queue is away', async () => {
    const away = await configured('queue.yaml', 'ledger: { url: "embedded:./store" }');
    await writeFile(
      away,
      `version: 1\nqueue: { url: "redis://127.0.0.1:${await freePort()}" }\nledger: { url: "embedded:./store" }\n`,
    );
    const off = await understudy(['control', '--config', away, '-e', 'two', '--off']);
    expect(off).toMatchObject({ code: 4, out: '' });
    expect(off.err).toContain('the queue cannot be reached');
  });

  it('has status and verdict say that the window is over and the target reached', async () => {
    const status = await understudy(['status', '--config', config]);
    expect(status.out).toMatch(/window from .*: it is over, nothing more is shadowed/);
    expect(status.out).toContain('target: 10 of 5 pairs: reached, nothing more is shadowed');
    const verdict = await understudy(['verdict', '--config', config, '-e', 'two', '--json']);
    expect(verdict.code).toBe(2);
    const said = JSON.parse(verdict.out) as { expired: boolean; holds: { reason: string }[] };
    expect(said.expired).toBe(true);
    // Its service, made by hand, is silent: that comes first.
    expect(said.holds.map(({ reason }) => reason)).toContain('expired');
  });
});
