import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, inspect } from 'node:util';
import { metrics, trace } from '@opentelemetry/api';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import type { Call } from '../../packages/instrumentation/src/capture/call.js';
import { createCapture } from '../../packages/instrumentation/src/capture/capture.js';
import { DIALECTS } from '../../packages/instrumentation/src/dialect/registry.js';
import { resolveExperiment } from '../../packages/instrumentation/src/experiment/resolve.js';
import { setFailureSink } from '../../packages/instrumentation/src/guard.js';
import { UnderstudyInstrumentation } from '../../packages/instrumentation/src/index.js';
import { setupOf } from '../../packages/instrumentation/src/instrumentation-setup.js';
import { resolveSource } from '../../packages/instrumentation/src/options.js';
import { Producer } from '../../packages/instrumentation/src/queue/producer.js';
import { FunnelMetrics } from '../../packages/instrumentation/src/shadow/funnel-metrics.js';
import { prepareOverHttp } from '../../packages/instrumentation/src/shadow/prepare.js';
import { Secret } from '../../packages/instrumentation/src/shadow/secret.js';
import { candidateTarget, incumbentTarget } from '../../packages/instrumentation/src/shadow/target.js';
import { tapFetch } from '../../packages/instrumentation/src/tap/tap-fetch.js';
import { describeWithRedis } from '../servers/found.js';
import { startRedis } from '../servers/redis.js';
import { watchedService } from './watched-service.js';

const KEYS = {
  incumbent: 'the-incumbents-own-key',
  inQuery: 'the-key-in-an-address',
  candidate: 'the-candidates-own-key',
  ofStore: 'the-password-of-the-store',
  sealing: Buffer.from('a-key-of-thirty-two-bytes-length').toString('base64'),
} as const;
const ENVIRONMENT = { CANDIDATE_KEY: KEYS.candidate, SEALING_KEY: KEYS.sealing };
const STORE = `redis://user:${KEYS.ofStore}@127.0.0.1:1/0`;
const CANDIDATE = { model: 'm', apiKey: { env: 'CANDIDATE_KEY' } } as const;
const EXPERIMENT = { name: 'e', candidate: CANDIDATE, policy: { gates: { errors: {} } } };
const OPTIONS = {
  environment: ENVIRONMENT,
  queueUrl: STORE,
  encryptionKey: { env: 'SEALING_KEY' },
  experiments: [EXPERIMENT, { name: 'code', candidate: { version: '1' }, policy: { gates: { errors: {} } } }],
};

/** Every text by which an object may be told to somebody. */
function tellingsOf(value: unknown): readonly string[] {
  const attempt = (tell: () => string): string => {
    try {
      return tell();
    } catch (error) {
      return inspect(error, { depth: Infinity });
    }
  };
  return [
    attempt(() => inspect(value, { showHidden: true, depth: Infinity, maxArrayLength: null, maxStringLength: null })),
    attempt(() => JSON.stringify(value) ?? ''),
    attempt(() => inspect(structuredClone(value), { depth: Infinity })),
    attempt(() => format('%s %o %O %j', value, value, value, value)),
    attempt(() => `${String(value)} ${Object.entries(value as object).join(' ')}`),
    attempt(() => inspect(new Error('no', { cause: value }), { depth: Infinity, showHidden: true })),
    attempt(() => reachableFrom(value).join('\n')),
  ];
}

/** Every string that can be walked to: own properties, hidden ones too, keys, entries of maps and sets, causes, prototypes. */
function reachableFrom(root: unknown): readonly string[] {
  const seen = new Set<unknown>();
  const strings: string[] = [];
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === 'string') strings.push(value);
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) continue;
    seen.add(value);
    if (value === globalThis || value === process) continue;
    if (value instanceof URL) strings.push(value.href);
    if (value instanceof Map) waiting.push(...value.keys(), ...value.values());
    if (value instanceof Set) waiting.push(...value);
    for (const key of Reflect.ownKeys(value)) {
      const described = Reflect.getOwnPropertyDescriptor(value, key);
      waiting.push(key, described?.value);
    }
    waiting.push(Reflect.getPrototypeOf(value));
  }
  return strings;
}

function expectSilent(value: unknown, ...except: readonly string[]): void {
  for (const telling of tellingsOf(value)) {
    for (const [name, key] of Object.entries(KEYS)) {
      if (!except.includes(key)) expect(telling.includes(key), `${name} in ${telling.slice(0, 200)}`).toBe(false);
    }
  }
}

/** A call as listeners see it, while it is on its way. */
async function callOf(headers: NonNullable<RequestInit['headers']>): Promise<Call> {
  const calls: Call[] = [];
  const capture = createCapture({
    dialects: DIALECTS,
    tracer: () => trace.getTracer('test'),
    meter: () => metrics.getMeter('test'),
    listener(call) {
      call.keepAnswer();
      calls.push(call);
    },
  });
  const answer = async (): Promise<Response> => new Response('{}');
  await tapFetch(answer as typeof fetch, capture)(`https://api.openai.com/v1/chat/completions?key=${KEYS.inQuery}`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ model: 'm', messages: [] }),
  });
  const [call] = calls;
  if (call === undefined) throw new Error('no call was seen');
  return call;
}

const HEADERS = { authorization: `Bearer ${KEYS.incumbent}`, 'content-type': 'application/json' };

describe('an object of ours that holds a key tells nobody', () => {
  afterEach(() => void setFailureSink(null));

  it('what is looked at here would find one', () => {
    const held = { deep: new Map([['a', [Object.defineProperty({}, 'hidden', { value: KEYS.candidate })]]]) };
    const found = tellingsOf(held).filter((telling) => telling.includes(KEYS.candidate));
    expect(found.length).toBeGreaterThan(1);
    expect(tellingsOf(new URL(`https://a.example/?key=${KEYS.inQuery}`)).join('')).toContain(KEYS.inQuery);
    expect(() => expectSilent(held)).toThrow(/candidate in/);
  });

  it('a secret, and how an experiment is set up with it', () => {
    const secret = new Secret(KEYS.candidate);
    expectSilent(secret);
    expect(secret.reveal()).toBe(KEYS.candidate);
    expect(String(secret)).toBe('[secret]');
    expectSilent(setupOf(resolveExperiment(EXPERIMENT), { environment: ENVIRONMENT }));
  });

  it('the instrumentation, before and after it is enabled, and what it hands out', async () => {
    setFailureSink(() => undefined);
    const understudy = new UnderstudyInstrumentation(OPTIONS);
    expectSilent(understudy);
    understudy.enable();
    const classify = understudy.shadowed(
      async () => 'a',
      async () => 'b',
      { experiment: 'code', operation: 'classify' },
    );
    await classify();
    for (const given of [understudy, understudy.fetch, understudy.functionTap('code'), classify, globalThis.fetch])
      expectSilent(given);
    await understudy.shutdown(1);
    expectSilent(understudy);
  });

  it('the producer', async () => {
    setFailureSink(() => undefined);
    const resolved = resolveSource(OPTIONS);
    if (resolved.status !== 'ready') throw new Error(resolved.status);
    const { queueUrl, seal } = resolved.source;
    expectSilent(seal);
    const producer = new Producer({
      setups: [setupOf(resolveExperiment(EXPERIMENT), { environment: ENVIRONMENT })],
      queueUrl,
      seal,
      environmentProxy: false,
      tracer: () => trace.getTracer('test'),
      metrics: new FunnelMetrics(() => metrics.getMeter('test'), []),
    });
    producer.start();
    expectSilent(producer);
    await producer.shutdown(1);
  });

  it.each([
    ['a list', Object.entries(HEADERS)],
    ['an object', HEADERS],
    ['Headers', new Headers(HEADERS)],
  ])('a call with headers as %s, where it goes, and where its shadow does', async (_kind, headers) => {
    const call = await callOf(headers);
    const { wire } = call;
    if (wire === null) throw new Error('no request');
    expect(wire.headers.get('authorization')).toBe(HEADERS.authorization);
    expectSilent(call);
    expectSilent(wire);
    const secret = new Secret(KEYS.candidate);
    const target = candidateTarget(wire, wire, CANDIDATE, secret);
    expect(target.headers).toMatchObject({ authorization: `Bearer ${KEYS.candidate}` });
    expectSilent(target);
    expectSilent(incumbentTarget(wire));
    const prepared = prepareOverHttp(() => {
      throw new Error('not sent');
    }, DIALECTS)(call, { name: 'c', candidate: CANDIDATE, apiKey: secret, transform: null });
    expect(prepared.status).toBe('ready');
    expectSilent(prepared);
  });

  it.each<[string, () => unknown]>([
    [
      'a key that no header can hold',
      () => new UnderstudyInstrumentation({ ...OPTIONS, environment: { CANDIDATE_KEY: `${KEYS.candidate}\u00e9` } }),
    ],
    [
      'a key to seal with of another length',
      () =>
        new UnderstudyInstrumentation({
          ...OPTIONS,
          environment: { ...ENVIRONMENT, SEALING_KEY: `${KEYS.sealing}AAAA` },
        }),
    ],
    [
      'an address of no store',
      () => new UnderstudyInstrumentation({ ...OPTIONS, queueUrl: `mysql://user:${KEYS.ofStore}@host` }),
    ],
    [
      'a key where a reference should be',
      () =>
        new UnderstudyInstrumentation({
          ...OPTIONS,
          experiments: [{ ...EXPERIMENT, candidate: { model: 'm', apiKey: KEYS.candidate as never } }],
        }),
    ],
    [
      'a file that says a key where a reference should be',
      () => {
        const path = join(tmpdir(), `understudy-secrets-${process.pid}.yaml`);
        writeFileSync(
          path,
          `version: 1\nexperiments:\n  - { name: e, candidate: { model: m, apiKey: ${KEYS.candidate} } }\n`,
        );
        return new UnderstudyInstrumentation({ environment: ENVIRONMENT, configFile: path });
      },
    ],
  ])('an error about %s', (_what, make) => {
    let thrown: unknown;
    try {
      make();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Error);
    expectSilent(thrown);
  });
});

describeWithRedis('a store that refuses its password', () => {
  it('is said in the log without it', async () => {
    const redis = await startRedis();
    const client = new Redis(redis.url);
    await client.config('SET', 'requirepass', 'another');
    const url = new URL(redis.url);
    url.password = KEYS.ofStore;
    {
      await using service = await watchedService({ ...OPTIONS, queueUrl: url.href });
      await expect.poll(async () => (await service.sent()).logs, { timeout: 10_000 }).toMatch(/WRONGPASS|NOAUTH/);
      const { logs, spans, metrics: sent } = await service.sent();
      for (const key of Object.values(KEYS)) expect(`${logs}${spans}${sent}`.includes(key)).toBe(false);
    }
    client.disconnect();
    await redis.stop();
  });
});
