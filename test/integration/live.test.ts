import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Evaluator, startEvaluator } from '../../packages/evaluator/src/evaluator.js';
import { openLedger } from '../../packages/evaluator/src/ledger/open.js';
import { openStore } from '../../packages/evaluator/src/queue/store.js';
import type { ExperimentInput } from '@understudy/instrumentation/experiment';
import { until } from '../evaluator/until.js';
import { describeWithPostgres, describeWithRedis } from '../servers/found.js';
import { type PostgresServer, startPostgres } from '../servers/postgres.js';
import { type RedisServer, startRedis } from '../servers/redis.js';
import {
  eventually,
  followedExperiment,
  type LiveService,
  type Model,
  set,
  startLiveService,
  startModel,
  untilQuiet,
  untilShadowed,
} from './live-services.js';

const TELEMETRY = { tracesUrl: null, metricsUrl: null, metricIntervalMs: 60_000, serviceName: 'test' };
/** A second is what is promised; a loaded machine is no broken promise. */
const LATE_MS = 5000;
/** Several processes start in each test, on a machine that other tests load. */
const TIME_LIMIT_MS = 120_000;

vi.setConfig({ testTimeout: TIME_LIMIT_MS });

let model: Model;
let folder: string;
let evaluator: Evaluator;
const services: LiveService[] = [];

beforeAll(async () => {
  model = await startModel();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-live-'));
});

afterEach(async () => {
  for (const service of services.splice(0)) service.kill();
  await evaluator.close();
  await rm(folder, { recursive: true, force: true });
});

afterAll(async () => {
  await model[Symbol.asyncDispose]();
});

let count = 0;

function start(queueUrl: string, change: Partial<ExperimentInput> = {}): LiveService {
  count += 1;
  const service = startLiveService(`service${count}`, model, queueUrl, followedExperiment(change));
  services.push(service);
  return service;
}

async function evaluate(queueUrl: string, ledgerUrl: string): Promise<void> {
  evaluator = await startEvaluator({ config: { queueUrl, ledgerUrl, telemetry: TELEMETRY } });
}

function shadowsOf(services: readonly LiveService[]): number {
  const names = new Set(services.map(({ name }) => name));
  return model.asked.filter((one) => one.shadow && names.has(one.service)).length;
}

/** Ends the services, and checks that each shadow is accounted for. */
async function expectSums(): Promise<void> {
  await Promise.all(services.map((service) => service.stop()));
  const { snapshot } = await until(evaluator, ({ snapshot: { runs, producers } }) => {
    const ended = producers.length > 0 && producers.every(({ state }) => state === 'final');
    return ended && runs.every(({ arms, openCount }) => openCount === 0 && arms['candidate']?.funnel.pending === 0);
  });
  const sum = (values: Readonly<Record<string, number>>): number =>
    Object.values(values).reduce((total, value) => total + value, 0);
  let admitted = 0;
  for (const { arms } of snapshot.runs) {
    const funnel = arms['candidate']?.funnel;
    if (funnel === undefined) throw new Error('expected the candidate');
    expect(funnel.sampled).toBe(funnel.admitted + sum(funnel.skipped));
    expect(funnel.admitted).toBe(funnel.stored + sum(funnel.dropped) + funnel.aside + funnel.lost);
    expect(funnel).toMatchObject({ lost: 0, aside: 0 });
    admitted += funnel.admitted;
  }
  expect(admitted).toBe(shadowsOf(services));
}

function tell(store: string, took: Readonly<Record<string, number>>): void {
  const parts = Object.entries(took).map(([what, ms]) => `${what} ${Math.round(ms)} ms`);
  console.log(`live control, ${store}, 3 processes, the slowest of them: ${parts.join(', ')}`);
}

async function expectFollowed(store: string, queueUrl: string, ledgerUrl: string): Promise<void> {
  await evaluate(queueUrl, ledgerUrl);
  const three = [start(queueUrl), start(queueUrl), start(queueUrl)];
  await untilShadowed(model, three, 0);

  const off = await untilQuiet(model, three, await set(queueUrl, { enabled: false }));
  const restarted = start(queueUrl);
  await restarted.announced;
  await untilQuiet(model, [restarted], performance.now());
  expect(shadowsOf([restarted])).toBe(0);

  const on = await untilShadowed(model, services, await set(queueUrl, { enabled: true }));
  const changed = await set(queueUrl, { enabled: true, rate: 0.25 });
  const rate = (await firstAt(ledgerUrl, 0.25, services)) - changed;
  // To the first call that was drawn at it, which one in four is.
  tell(store, { off, on, 'first call drawn at a new rate': rate });
  expect(Math.max(off, on)).toBeLessThan(LATE_MS);
  await expectSums();
}

/** The start of the first stored call with this probability, of the process that was the last to begin with it, in epoch ms. */
async function firstAt(ledgerUrl: string, pi: number, of: readonly LiveService[]): Promise<number> {
  const store = await openStore(ledgerUrl, { queue: false });
  const ledger = await openLedger(store.postgresUrl ?? '', Date.now());
  try {
    const firsts = new Map<string, number>();
    await eventually(`every service samples at ${pi}`, async () => {
      for (const { run } of (await ledger.snapshot({ now: Date.now() })).runs) {
        for (const pair of await ledger.readPairs({ run: run.id, arm: 'candidate', limit: 10_000 })) {
          const startedAt = pair.content?.startedAt ?? Infinity;
          if (pair.pi === pi) firsts.set(pair.producer, Math.min(startedAt, firsts.get(pair.producer) ?? Infinity));
        }
      }
      return firsts.size === of.length;
    });
    return Math.max(...firsts.values());
  } finally {
    await ledger.close();
    await store.close();
  }
}

/** A server of the queue that falls and comes back with its data. */
async function expectOutage(
  server: Pick<RedisServer, 'kill' | 'restart'>,
  queueUrl: string,
  ledgerUrl: string,
): Promise<void> {
  await evaluate(queueUrl, ledgerUrl);
  // What is known of the store, and not what is configured, must outlast it.
  const two = [start(queueUrl, { enabled: false }), start(queueUrl, { enabled: false })];
  await Promise.all(two.map(({ announced }) => announced));
  await untilShadowed(model, two, await set(queueUrl, { enabled: true }));
  await server.kill();
  const killed = Date.now();
  const lasted = await untilQuiet(model, two, killed);
  expect(lasted).toBeGreaterThan(3000);
  const quiet = shadowsOf(two);
  await server.restart();
  await untilShadowed(model, two, Date.now());
  expect(quiet).toBeGreaterThan(0);
  for (const service of two) {
    expect(service.log().match(/no word of the queue's store for 5 s: followed is off/g)).toHaveLength(1);
    expect(service.log().match(/followed follows the queue's store again/g)).toHaveLength(1);
  }
  await expectSums();
}

describeWithRedis('live control over Redis', () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await startRedis({ appendonly: true });
  });

  afterAll(() => redis.stop());

  it('is followed by every process, and by one that starts from its first call', async () => {
    await expectFollowed('Redis', redis.url, `embedded:${folder}`);
  });

  it('outlasts a store that is away, for as long as is declared', async () => {
    await redis.restart();
    await expectOutage(redis, redis.url, `embedded:${folder}`);
  });
});

describeWithPostgres('live control over PostgreSQL', () => {
  let postgres: PostgresServer;

  beforeAll(async () => {
    postgres = await startPostgres();
  });

  afterAll(() => postgres.stop());

  it('is followed by every process, and by one that starts from its first call', async () => {
    const url = await postgres.createDatabase();
    await expectFollowed('PostgreSQL', url, url);
  });

  it('outlasts a store that is away, for as long as is declared', async () => {
    const url = await postgres.createDatabase();
    await expectOutage(postgres, url, url);
  });
});

describe('live control over an embedded store', () => {
  it('is followed by every process, and by one that starts from its first call', async () => {
    await expectFollowed('embedded', `embedded:${folder}`, `embedded:${folder}`);
  });

  it('stops every process where the target is reached, and the run is open again for another definition', async () => {
    const url = `embedded:${folder}`;
    await evaluate(url, url);
    const target = { pairs: 40, afterwards: 'stop' } as const;
    const two = [start(url, { target }), start(url, { target })];
    await untilShadowed(model, two, 0);
    await untilQuiet(model, two, Date.now());
    const [reached] = (await until(evaluator, () => true)).snapshot.runs;
    expect(reached?.arms['candidate']?.funnel.evidence).toBeGreaterThanOrEqual(40);
    const [other] = [start(url, { target, piMin: 0.1 })];
    await untilShadowed(model, [other], 0);
    await expectSums();
  });

  it('goes on at the rate of the target', async () => {
    const url = `embedded:${folder}`;
    await evaluate(url, url);
    const service = start(url, { target: { pairs: 40, rate: 0.2 } });
    await firstAt(url, 0.2, [service]);
    await expectSums();
  });
});
