import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEvaluator } from '../../packages/evaluator/src/evaluator.js';
import { openStore } from '../../packages/evaluator/src/queue/store.js';
import { answer, enqueue, failure, HandProducer, PAIRS, testRun } from '../evaluator/batches.js';
import { until } from '../evaluator/until.js';

const BIN = new URL('../../packages/evaluator/bin/understudy.js', import.meta.url).pathname;
const TELEMETRY = { tracesUrl: null, metricsUrl: null, metricIntervalMs: 1000, serviceName: 'test' };

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line as it is installed; `during` sees its standard error as it comes. */
function understudy(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  during: (err: string, kill: (signal: NodeJS.Signals) => void) => void = () => undefined,
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [BIN, ...args], {
      env: { ...env, PATH: process.env['PATH'] },
      cwd: tmpdir(),
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (out += data.toString('utf8')));
    child.stderr.on('data', (data: Buffer) => {
      err += data.toString('utf8');
      during(err, (signal) => child.kill(signal));
    });
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

describe('understudy', () => {
  let folder: string;
  let env: Readonly<Record<string, string>>;

  beforeAll(async () => {
    expect(
      existsSync(new URL('../../packages/evaluator/dist/cli/main.js', import.meta.url)),
      'run `npm run build` first',
    ).toBe(true);
    folder = await mkdtemp(join(tmpdir(), 'understudy-cli-'));
    const url = `embedded:${folder}`;
    env = { UNDERSTUDY_QUEUE_URL: url };
    const evaluator = await startEvaluator({ config: { queueUrl: url, ledgerUrl: url, telemetry: TELEMETRY } });
    const store = await openStore(url);
    const queues = store.queues();
    const queue = queues.queue(PAIRS);
    const start = Date.now() - 2000;
    for (const name of ['good', 'bad']) {
      const producer = new HandProducer(`p${name}`, testRun(name), start);
      await enqueue(queue, producer.batch());
      for (let index = 0; index < 200; index += 1) {
        const shadow = name === 'bad' && index % 2 === 0 ? failure : answer('yes');
        producer.call(start + index, answer('yes'), { small: shadow, aa: answer('yes') });
      }
      await enqueue(queue, producer.batch({ final: true }));
    }
    await queue.add('batch', { v: 7 }, { jobId: 'pother-3' });
    await until(
      evaluator,
      ({ snapshot, standings }) =>
        standings.length === 2 &&
        standings.every(({ state }) => state.funnel.evidence === 200) &&
        snapshot.rejected.count === 1,
    );
    await queue.close();
    await queues.close();
    await store.close();
    await evaluator.close();
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('exits 0 for GO and 1 for NO_GO, with the sentence and the gates', async () => {
    const good = await understudy(['verdict', '--experiment', 'good'], env);
    expect(good).toMatchObject({ code: 0, err: '' });
    expect(good.out).toMatch(/^GO: after 200 pairs/m);
    expect(good.out).toMatch(/^errors +all +safe +200/m);
    expect(await understudy(['verdict', '-e', 'bad', '--json'], env)).toMatchObject({ code: 1, err: '' });
  });

  it('exits 2 for HOLD', async () => {
    const stranger = await mkdtemp(join(tmpdir(), 'understudy-cli-'));
    const url = `embedded:${stranger}`;
    const evaluator = await startEvaluator({ config: { queueUrl: url, ledgerUrl: url, telemetry: TELEMETRY } });
    const store = await openStore(url);
    const queues = store.queues();
    const queue = queues.queue(PAIRS);
    const producer = new HandProducer('pfew', testRun('few'), Date.now());
    await enqueue(queue, producer.batch());
    producer.call(Date.now(), answer('yes'), { small: answer('yes'), aa: answer('yes') });
    await enqueue(queue, producer.batch());
    await until(evaluator, ({ standings }) => standings.length === 1);
    // The evaluator serves the store: the command connects to it.
    expect(await understudy(['verdict'], { UNDERSTUDY_QUEUE_URL: url })).toMatchObject({ code: 2 });
    await queue.close();
    await queues.close();
    await store.close();
    await evaluator.close();
    await rm(stranger, { recursive: true, force: true });
  });

  it('prints JSON that says the same', async () => {
    const { out } = await understudy(['verdict', '--experiment', 'good', '--json'], env);
    expect(JSON.parse(out)).toMatchObject({ experiment: 'good', arm: 'small', state: 'go', pairs: 200 });
    const status = await understudy(['status', '--json'], env);
    expect(JSON.parse(status.out)).toMatchObject({
      rejected: { count: 1, byCode: { version: 1 } },
      producers: [{}, {}],
    });
  });

  it('prints a status whose sums add up, and what was put aside', async () => {
    const { out, code } = await understudy(['status'], env);
    expect(code).toBe(0);
    expect(out).toContain('200 admitted = 200 stored + 0 dropped + 0 aside + 0 lost + 0 pending');
    expect(out).toContain('pother-3: version');
    expect(out).not.toContain('does not add up');
    // oxlint-disable-next-line no-control-regex
    expect(out).not.toMatch(/\u001b/);
  });

  it.each([
    ['an unknown option', ['verdict', '--nope'], /unknown option '--nope'/],
    ['an address that is none', ['run', '--listen', 'localhost'], /--listen[^]*expected PORT or HOST:PORT/],
    ['two forms at once', ['verdict', '--json', '--markdown'], /cannot be used with/],
    ['no command', [], /Usage: understudy/],
    ['an unknown experiment', ['verdict', '-e', 'nope'], /no such candidate[^]*--experiment good --arm small/],
    ['several candidates', ['verdict'], /several candidates are meant/],
    ['a number out of range', ['demo', '--calls', '-3'], /whole number/],
    ['a file that is not there', ['status', '--config', '/nope.yaml'], /\/nope\.yaml cannot be used/],
  ])('exits 3 for %s', async (_what, args, message) => {
    const ended = await understudy(args, env);
    expect(ended.code).toBe(3);
    expect(ended.err).toMatch(message);
  });

  it('exits 4 where the ledger cannot be reached, with the cause and the fix, and no password', async () => {
    const ended = await understudy(['verdict'], { UNDERSTUDY_QUEUE_URL: 'postgres://me:secret@127.0.0.1:1/x' });
    expect(ended.code).toBe(4);
    expect(ended.err).toMatch(
      /ledger at postgres:\/\/…@127\.0\.0\.1:1\/x cannot be opened: .*ECONNREFUSED[^]*UNDERSTUDY_LEDGER_URL/,
    );
    expect(ended.err).not.toContain('secret');
  });

  it('says the same to a pull request and to a page of tests, with the same exit code', async () => {
    const markdown = await understudy(['verdict', '-e', 'bad', '--markdown'], env);
    expect(markdown).toMatchObject({ code: 1, err: '' });
    expect(markdown.out).toMatch(/^### ❌ bad: small\n\n\*\*NO\\_GO: [^]*^\| errors \| all \| harm \|/m);
    expect(await understudy(['verdict', '-e', 'bad', '--junit', '-', '--json'], env)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^<\?xml [^]*<failure type="harm" [^]*<\/testsuites>\n$/),
    });
    const file = join(folder, 'junit.xml');
    const both = await understudy(['verdict', '-e', 'good', '--junit', file], env);
    expect(both).toMatchObject({ code: 0, out: expect.stringMatching(/^GO: after 200 pairs/m) });
    expect(readFileSync(file, 'utf8')).toMatch(/^<\?xml [^]*failures="0" errors="0" skipped="0"/);
  });

  it('knows since when it is so', async () => {
    const { out } = await understudy(['verdict', '-e', 'bad', '--json'], env);
    const { changes } = JSON.parse(out) as { changes: readonly unknown[] };
    expect(changes[0]).toMatchObject({ state: 'no_go', reason: 'harm', k: 1 });
    expect((await understudy(['verdict', '-e', 'bad'], env)).out).toMatch(
      /^no_go since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC(?:, after hold)?$/m,
    );
  });

  it('answers /api/verdict while it runs, where it is asked to', async () => {
    const answers: Promise<unknown>[] = [];
    const ended = await understudy(['run', '--listen', '0'], env, (err, kill) => {
      const [, url] = / answers at (http:\/\/127\.0\.0\.1:\d+\/api\/verdict)\n/.exec(err) ?? [];
      if (url === undefined || answers.length > 0) return;
      const of = async (name: string): Promise<unknown> => (await fetch(`${url}?experiment=${name}`)).json();
      answers.push(...['good', 'bad'].map(of));
      void Promise.allSettled(answers).then(() => kill('SIGTERM'));
    });
    expect(ended.code).toBe(0);
    expect(await Promise.all(answers)).toMatchObject([
      { result: 'pass', candidate: 'small', pairs: 200 },
      { result: 'fail', candidate: 'small', state: 'no_go' },
    ]);
  });

  it.each([['SIGINT'], ['SIGTERM']] as const)('runs until %s and ends well', async (signal) => {
    let sent = false;
    const ended = await understudy(['run'], env, (err, kill) => {
      if (!err.includes(' runs, ') || sent) return;
      sent = true;
      kill(signal);
    });
    expect(ended.code).toBe(0);
    expect(ended.err).toContain('stopping');
    expect(existsSync(join(folder, 'owner.json'))).toBe(false);
  });

  it('exits 4 for a fault of its own, since 1 would mean NO_GO', async () => {
    const fault = `data:text/javascript,setTimeout(()=>{throw(new(Error)('a%20fault'))},2000)`;
    const ended = await understudy(['run'], { ...env, NODE_OPTIONS: `--import=${fault}` });
    expect(ended.code).toBe(4);
    expect(ended.err).toContain('a fault');
  });

  it('takes the store over where the process that served it has ended', { timeout: 90_000 }, async () => {
    const first = await openStore(env['UNDERSTUDY_QUEUE_URL'] ?? '');
    let starts = 0;
    const ended = await understudy(['run'], env, (err, kill) => {
      const seen = err.split(' runs, ').length - 1;
      if (seen === starts) return;
      starts = seen;
      if (starts === 1) void first.close();
      else kill('SIGTERM');
    });
    expect(ended.code).toBe(0);
    expect(ended.err).toContain('the process that served the store has ended');
    expect(await understudy(['verdict', '-e', 'good'], env)).toMatchObject({ code: 0 });
  });
});
