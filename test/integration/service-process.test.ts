import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Provider, startProvider } from '../providers/provider.js';
import { describeWithRedis } from '../servers/found.js';
import { freePort } from '../servers/process.js';
import { startRedis } from '../servers/redis.js';
import { readQueue, UNGOVERNED } from './service-harness.js';

const root = join(import.meta.dirname, '../..');

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From the last word of the script until the process was gone. */
  readonly lateMs: number;
}

/** In which a service has announced its run, on a machine that other tests load. */
const ANNOUNCED_MS = 2500;
/** A process that has nothing to wait for takes so long to end at most, on such a machine. */
const AT_ONCE_MS = 2500;
/** What is under way, and a queue that is silent, are waited for a moment. */
const GIVEN_UP_MS = 5000;

/** Runs a script as a service would be run: the built package, in a process of its own, without an SDK of OpenTelemetry. */
async function run(script: string, environment: Record<string, string>): Promise<Ended> {
  return await new Promise((resolve) => {
    let saidAt = performance.now();
    const args = ['--import', '@understudy/instrumentation/register', '--input-type=module', '-e', script];
    const options = { cwd: root, timeout: 20_000, env: { PATH: process.env['PATH'], ...environment } };
    const child = execFile(process.execPath, args, options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      resolve({ status, stdout, stderr, lateMs: performance.now() - saidAt });
    });
    child.stdout?.on('data', () => (saidAt = performance.now()));
  });
}

describe('a service started with --import register', () => {
  let folder: string;
  let provider: Provider;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-process-'));
    provider = await startProvider();
  });

  afterAll(async () => {
    await provider.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function configured(queueUrl: string, behaviour: string = 'plain'): Promise<Record<string, string>> {
    const path = join(folder, `${queueUrl.replaceAll(/\W/g, '-')}-${behaviour}.yaml`);
    const config = {
      version: 1,
      queue: { url: queueUrl },
      ledger: { url: 'postgres://localhost/none' },
      experiments: [
        {
          name: 'e',
          candidate: { baseUrl: `${provider.origin}/${behaviour}/v1` },
          content: 'full',
          sample: { rate: 1 },
          noise: { rate: 1 },
          shadow: { requireRecording: false },
          governor: UNGOVERNED,
        },
      ],
    };
    await writeFile(path, JSON.stringify(config));
    return { UNDERSTUDY_CONFIG: path };
  }

  const callOnce = (waitMs: number): string => `
    import OpenAI from 'openai';
    const openai = new OpenAI({ apiKey: 'k', baseURL: '${provider.origin}/plain/v1' });
    await new Promise((resolve) => setTimeout(resolve, ${waitMs}));
    const answer = await openai.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] });
    console.log(answer.choices[0].message.content.length);`;

  it('runs as before without a configuration, and says so once', async () => {
    const { status, stdout, stderr } = await run(callOnce(0), {});
    expect([status, stdout]).toEqual([0, '64\n']);
    expect(stderr.match(/understudy is off: no experiment found/g)).toHaveLength(1);
  });

  it('says nothing where it is switched off', async () => {
    const { status, stderr } = await run(callOnce(0), { UNDERSTUDY_ENABLED: 'false' });
    expect([status, stderr]).toEqual([0, '']);
  });

  it('runs as before with a configuration that cannot be used, and names what is wrong', async () => {
    const path = join(folder, 'bad.yaml');
    await writeFile(
      path,
      'version: 1\nexperiments: [{ name: e, candidate: {}, sample: { rate: 7 }, content: full }]\n',
    );
    const { status, stdout, stderr } = await run(callOnce(0), { UNDERSTUDY_CONFIG: path });
    expect([status, stdout]).toEqual([0, '64\n']);
    expect(stderr).toContain('experiments.0.sample.rate');
  });

  it('ends by itself with no queue in reach', async () => {
    const { status, lateMs } = await run(callOnce(300), await configured(`redis://127.0.0.1:${await freePort()}`));
    expect(status).toBe(0);
    expect(lateMs).toBeLessThan(AT_ONCE_MS);
  });

  describeWithRedis('with a queue', () => {
    it('sends what a short script has compared before it ends by itself', async () => {
      await using redis = await startRedis();
      const { status, lateMs } = await run(callOnce(ANNOUNCED_MS), await configured(redis.url));
      expect(status).toBe(0);
      expect(lateMs).toBeLessThan(AT_ONCE_MS);
      const batches = await readQueue(redis.url);
      expect(batches.flatMap(({ trials }) => trials.flatMap((trial) => Object.keys(trial.legs)))).toEqual([
        'candidate',
        'aa',
      ]);
      expect(batches.at(-1)).toMatchObject({ final: true, totals: { admitted: 2, published: 2, dropped: 0 } });
    });

    it('ends by itself with a candidate that hangs, and counts the leg it gave up', async () => {
      await using redis = await startRedis();
      const { status, lateMs } = await run(callOnce(ANNOUNCED_MS), await configured(redis.url, 'hang'));
      expect(status).toBe(0);
      expect(lateMs).toBeLessThan(GIVEN_UP_MS);
      const batches = await readQueue(redis.url);
      expect(batches.at(-1)).toMatchObject({ final: true, totals: { admitted: 2, published: 1, dropped: 1 } });
      expect(batches.flatMap(({ trials }) => trials)[0]?.legs['candidate']).toMatchObject({
        status: 'missing',
        reason: 'shutdown',
      });
    });

    it('ends by itself with a queue that fell silent', async () => {
      await using redis = await startRedis();
      const script = `${callOnce(ANNOUNCED_MS)}\nprocess.kill(Number(process.env.REDIS_PID), 'SIGSTOP');`;
      const pid = String(await pidOf(redis.port));
      const { status, lateMs } = await run(script, { ...(await configured(redis.url)), REDIS_PID: pid });
      redis.resume();
      expect(status).toBe(0);
      expect(lateMs).toBeLessThan(GIVEN_UP_MS);
    });
  });
});

async function pidOf(port: number): Promise<number> {
  const { Redis } = await import('ioredis');
  const redis = new Redis({ port, maxRetriesPerRequest: 1 });
  try {
    return Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1]);
  } finally {
    redis.disconnect();
  }
}
