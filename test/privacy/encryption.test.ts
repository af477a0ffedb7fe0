import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedPostgresUrl, readEmbeddedOwner } from '@understudy/instrumentation/experiment';
import { Seal } from '@understudy/instrumentation/trial';
import type { Queue } from 'bullmq';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { eraseCommand } from '../../packages/evaluator/src/cli/erase.js';
import { EXIT } from '../../packages/evaluator/src/cli/exit-codes.js';
import { collectedOutput } from '../../packages/evaluator/src/cli/collected-output.test.support.js';
import { type Evaluator, startEvaluator } from '../../packages/evaluator/src/evaluator.js';
import { openStores, type Stores } from '../../packages/evaluator/src/evaluator/stores.js';
import type { Queues } from '../../packages/evaluator/src/queue/queues.js';
import { UnderstudyInstrumentation } from '../../packages/instrumentation/src/index.js';
import type { RunId } from '../../packages/instrumentation/src/trial/trial.js';
import { PAIRS } from '../evaluator/batches.js';
import { until } from '../evaluator/until.js';
import { startService } from '../integration/service-harness.js';
import { describeWithRedis } from '../servers/found.js';
import { type RedisServer, startRedis } from '../servers/redis.js';
import { type CanaryProvider, startCanaryProvider } from './canary-provider.js';
import { textOfDatabase, textOfRedis } from './stored-text.js';

const MARK = 'zqPrivateZq';
const WHO = 'erin@example.com';
const CALLS = 12;
const OLD = Buffer.alloc(32, 1);
const NEW = Buffer.alloc(32, 2);
const TELEMETRY = { tracesUrl: null, metricsUrl: null, metricIntervalMs: 60_000, serviceName: 'test' };
const experiment = {
  name: 'sealed',
  candidate: { model: 'candidate-model' },
  content: 'full',
  subject: { attribute: 'enduser.id' },
  sample: { rate: 1 },
  noise: { rate: 0 },
  policy: { gates: { errors: {} } },
} as const;

describeWithRedis('content that is sealed', () => {
  let redis: RedisServer;
  let provider: CanaryProvider;
  let folder: string;
  let stores: Stores;
  let queues: Queues;
  let queue: Queue<unknown>;
  const urls = (): { queueUrl: string; ledgerUrl: string } => ({
    queueUrl: redis.url,
    ledgerUrl: `embedded:${folder}`,
  });

  beforeAll(async () => {
    redis = await startRedis();
    provider = await startCanaryProvider(() => MARK);
    folder = await mkdtemp(join(tmpdir(), 'understudy-sealed-'));
    stores = await openStores(urls());
    queues = stores.queue.queues();
    queue = queues.queue(PAIRS);
    queue.on('error', () => undefined);
  });
  afterAll(async () => {
    await queue.close();
    await queues.close();
    await stores.close();
    await provider[Symbol.asyncDispose]();
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const textOfLedger = (): Promise<string> => textOfDatabase(embeddedPostgresUrl(readEmbeddedOwner(folder)));

  async function evaluator(seal: Seal | null): Promise<Evaluator & { readonly told: readonly string[] }> {
    const told: string[] = [];
    const started = await startEvaluator({
      config: { ...urls(), telemetry: TELEMETRY },
      seal,
      events: {
        onError: (what, error) => told.push(`${what}: ${String(error)}`),
        onRejected: (rejections) => told.push(...rejections.map(({ code }) => `put aside: ${code}`)),
      },
    });
    return { ...started, told };
  }

  async function call(index: number): Promise<void> {
    const response = await fetch(`${provider.origin}/plain/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: `${MARK} ${index}` }] }),
    });
    await response.text();
  }

  async function command(name: string, key: Buffer | null): Promise<{ code: number; out: string; err: string }> {
    const file = join(folder, `${name}.yaml`);
    const keyFile = join(folder, `${name}.key`);
    if (key !== null) await writeFile(keyFile, key.toString('base64'));
    const { queueUrl, ledgerUrl } = urls();
    const lines = ['version: 1', `queue: { url: "${queueUrl}" }`, `ledger: { url: "${ledgerUrl}" }`];
    if (key !== null) lines.push(`encryption: { key: { file: "${keyFile}" } }`);
    await writeFile(file, lines.join('\n'));
    const output = collectedOutput();
    const code = await eraseCommand({ config: file, subject: WHO }, output);
    return { code, out: output.lines.join('\n'), err: output.errors.join('\n') };
  }

  it('cannot be read in a dump of the queue', async () => {
    await using service = startService({
      queueUrl: redis.url,
      encryptionKey: { env: 'CONTENT_KEY' },
      environment: { CONTENT_KEY: OLD.toString('hex') },
      experiments: [experiment],
    });
    await vi.waitFor(() => expect(service.understudy.announced).toBe(true), { timeout: 10_000 });
    for (let index = 0; index < CALLS; index += 1) await service.inSpan(() => call(index), { 'enduser.id': WHO });
    expect(await service.understudy.flush()).toBe(true);
    await service.understudy.shutdown();
    const dump = await textOfRedis(redis.url);
    expect(dump).toContain('"bytes"');
    for (const word of [MARK, WHO, 'candidate-model', 'sealed']) expect(dump).not.toContain(word);
  });

  it.each([
    ['no key', null],
    ['another key', new Seal(NEW)],
  ])(
    'waits for an evaluator with %s, which says what to do',
    async (_what, seal) => {
      await queue.promoteJobs();
      const unable = await evaluator(seal);
      const waiting = (await queue.getJobCounts('waiting', 'active', 'delayed')) as Record<string, number>;
      const jobs = Object.values(waiting).reduce((sum, each) => sum + each, 0);
      await vi.waitFor(async () => expect(await queue.getJobCountByTypes('delayed')).toBe(jobs), { timeout: 20_000 });
      await unable.close();
      expect(jobs).toBeGreaterThan(1);
      expect(unable.told.some((line) => line.includes('put aside'))).toBe(false);
      const said = unable.told.find((line) => line.includes('sealed')) ?? '';
      expect(said).toContain(`sealed with the key ${new Seal(OLD).keyId}`);
      expect(said).toContain('`encryption.key`');
      expect(await textOfLedger()).not.toContain(WHO);
    },
    40_000,
  );

  it('is not erased without its key, which is said', async () => {
    const { code, err } = await command('keyless', null);
    expect(code).toBe(EXIT.infrastructure);
    expect(err).toContain('sealed with a key that is not here');
  });

  it('is read with the key of before, cannot be read in a dump of the ledger, and is shown to who has the key', async () => {
    await queue.promoteJobs();
    const rotated = new Seal(NEW, [OLD]);
    const able = await evaluator(rotated);
    const report = await until(able, ({ standings }) => standings[0]?.state.funnel.stored === CALLS);
    await able.close();
    expect(able.told).toEqual([]);
    const dump = (await textOfLedger()) + (await textOfRedis(redis.url));
    expect(dump).not.toContain(MARK);
    expect(dump).not.toContain(WHO);
    const wanted = { run: report.standings[0]?.run.id as RunId, arm: 'candidate', limit: CALLS };
    for (const [seal, withheld] of [
      [new Seal(NEW), null],
      [new Seal(OLD), 'sealed'],
      [null, 'sealed'],
    ] as const) {
      const reader = await openStores(urls(), { seal });
      const shown = await reader.ledger.readPairs(wanted);
      await reader.close();
      expect(shown).toHaveLength(CALLS);
      for (const pair of shown) expect(pair.withheld).toBe(withheld);
      expect(JSON.stringify(shown).includes(MARK)).toBe(withheld === null);
    }
  });

  it('is erased by the value of the attribute that the service read', async () => {
    const { code, out, err } = await command('keyed', NEW);
    expect({ code, err }).toEqual({ code: EXIT.ok, err: '' });
    expect(out).toContain(`erased the content of ${CALLS} pairs of the ledger`);
    const again = await command('again', NEW);
    expect(again.out).toContain('erased the content of 0 pairs');
  });

  it('is asked for a key at once, by its name', () => {
    const make = (environment: Record<string, string>): unknown =>
      new UnderstudyInstrumentation({ environment, encryptionKey: { env: 'CONTENT_KEY' }, experiments: [experiment] });
    expect(() => make({})).toThrow('in the environment variable CONTENT_KEY, got nothing there');
    expect(() => make({ CONTENT_KEY: 'hunter2' })).toThrow('CONTENT_KEY, got 7 characters that are none');
    expect(() => make({ CONTENT_KEY: 'hunter2' })).not.toThrow('hunter2');
  });
});
