import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DIALECTS } from '../../packages/instrumentation/src/dialect/registry.js';
import type { ContentMode } from '../../packages/instrumentation/src/experiment/definition.js';
import type { ExperimentInput } from '../../packages/instrumentation/src/index.js';
import type { Trial } from '../../packages/instrumentation/src/trial/trial.js';
import { readQueue } from '../integration/service-harness.js';
import { HARMLESS, isMarked, leaksOf, MARK, SECRETS } from '../privacy/secrets.js';
import { watchedService } from '../privacy/watched-service.js';
import { describeWithRedis } from '../servers/found.js';
import { type RedisServer, startRedis } from '../servers/redis.js';
import { KEYS, markedCalls, PATH_ATTRIBUTE, SAID } from './canaries-calls.js';
import { type MarkedProvider, startMarkedProvider } from './canaries-provider.js';
import { report } from './report.js';
import { scaled } from './scale.js';

const AT_ONCE = 24;
/** The share of the calls before a provider fails and limits as well: then shadows pause. */
const CALM = 0.9;
/** Of every path and way, in a small run as well. */
const LEAST = 400;
const ASKED = { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'SPAN_ONLY' } as const;

/** All that left the process but for the calls themselves. */
interface Told {
  readonly trials: readonly Trial[];
  readonly queue: string;
  readonly spans: string;
  readonly metrics: string;
  readonly logs: string;
}

interface Cell {
  readonly content: ContentMode;
  /** Where the environment asks for what was said. */
  readonly onSpans: boolean;
  readonly calls: number;
}

/** Spans and nothing more. */
const NOT_REPEATED: ReadonlySet<string> = new Set(
  DIALECTS.filter(({ shadow }) => shadow === null).map(({ name }) => name),
);

const rows: (string | number)[][] = [];

describeWithRedis('marked strings in every place of every path', () => {
  let redis: RedisServer;
  let provider: MarkedProvider;

  beforeAll(async () => {
    redis = await startRedis();
    provider = await startMarkedProvider(SAID);
  });
  afterAll(async () => {
    await provider[Symbol.asyncDispose]();
    await redis.stop();
    report(
      'Canaries',
      {
        columns: [
          'content',
          'on spans',
          'calls',
          'trials',
          'legs',
          'bytes searched',
          'mark in queue',
          'mark in spans',
          'kinds of secret in queue',
          'in spans',
          'in metrics and logs',
        ],
        rows,
      },
      [
        'Every string of a call is marked and holds a secret of each of 12 kinds: prompt, system, names and arguments of tools, results, output, texts of errors, file names, addresses of images, names of models, ids, headers, keys.',
        'Paths: 9 protocols, each plain, streamed, with tools, failed, refused, tried again, unreadable, broken off, cut and aborted; the OpenAI SDK; `shadowed`; the AI SDK.',
        "Searched: OTLP bodies, the console and OpenTelemetry's own log, and all of Redis, its batches unpacked. `full` is there to show that what is searched for is found.",
      ],
    );
  });

  async function toldOf({ content, onSpans, calls }: Cell): Promise<Told> {
    const client = new Redis(redis.url);
    await client.flushall();
    await using service = await watchedService({
      queueUrl: redis.url,
      environment: { CANDIDATE_KEY: KEYS.candidate, ...(onSpans && ASKED) },
      experiments: experimentsOf(content, provider.origin),
    });
    await expect.poll(() => service.understudy.announced, { timeout: 10_000 }).toBe(true);
    const marked = markedCalls(service.understudy, service.tracer, provider.origin);
    for (let from = 0; from < calls; from += AT_ONCE) {
      await Promise.all(
        Array.from(
          { length: Math.min(AT_ONCE, calls - from) },
          async (_, at) => await marked.call(from + at, from > CALM * calls),
        ),
      );
    }
    expect(await service.understudy.flush(60_000)).toBe(true);
    const sent = await service.sent();
    const batches = await readQueue(redis.url);
    const dumped = JSON.stringify(batches) + (await dumpOf(client));
    client.disconnect();
    const trials = batches.flatMap((batch) => batch.trials);
    expect([...new Set(trials.map(({ segment }) => segment))].toSorted()).toEqual(
      marked.paths.filter((path) => !NOT_REPEATED.has(path)).toSorted(),
    );
    expect(new Set(trials.map(({ primary }) => primary.status))).toEqual(new Set(['ok', 'error', 'aborted']));
    expect(sent.spans).toContain('understudy.pair.id');
    expect(sent.metrics).toContain('understudy.funnel');
    return { trials, queue: dumped, ...sent };
  }

  function record({ content, onSpans, calls }: Cell, { trials, queue, spans, metrics, logs }: Told): void {
    const kinds = (told: string): string => `${leaksOf(told).length} of ${Object.keys(SECRETS).length}`;
    const legs = trials.reduce((sum, trial) => sum + Object.keys(trial.legs).length, 0);
    rows.push([
      content,
      onSpans ? 'yes' : 'no',
      calls,
      trials.length,
      legs,
      queue.length + spans.length + metrics.length + logs.length,
      isMarked(queue) ? 'yes' : 'no',
      isMarked(spans) ? 'yes' : 'no',
      kinds(queue),
      kinds(spans),
      kinds(metrics + logs),
    ]);
  }

  it('are found in the queue and on spans where both are to have them as they are', async () => {
    const cell: Cell = { content: 'full', onSpans: true, calls: LEAST };
    const told = await toldOf(cell);
    record(cell, told);
    for (const place of [told.queue, told.spans]) {
      expect(place).toContain(MARK);
      expect(place).toContain(HARMLESS);
      expect(leaksOf(place)).toEqual(Object.keys(SECRETS));
    }
    expectNoneIn(told.metrics + told.logs);
    expectNoKeyIn(told);
  });

  it.each<Cell>([
    { content: 'none', onSpans: false, calls: scaled(5000, LEAST) },
    { content: 'features', onSpans: false, calls: scaled(5000, LEAST) },
    { content: 'none', onSpans: true, calls: LEAST },
    { content: 'features', onSpans: true, calls: LEAST },
  ])('are nowhere with content `$content`, asked for on spans: $onSpans', async (cell) => {
    const told = await toldOf(cell);
    record(cell, told);
    for (const place of [told.queue, told.spans, told.metrics, told.logs]) expectNoneIn(place);
    expectNoKeyIn(told);
  });

  it('hold no secret in the queue where they are redacted, and what is harmless is there', async () => {
    const cell: Cell = { content: 'redacted', onSpans: false, calls: scaled(5000, LEAST) };
    const told = await toldOf(cell);
    record(cell, told);
    expect(told.queue).toContain(MARK);
    expect(told.queue).toContain(HARMLESS);
    expect(leaksOf(told.queue)).toEqual([]);
    for (const place of [told.spans, told.metrics, told.logs]) expectNoneIn(place);
    expectNoKeyIn(told);
  });

  it('hold no secret on spans either, where they are asked for there', async () => {
    const cell: Cell = { content: 'redacted', onSpans: true, calls: scaled(5000, LEAST) };
    const told = await toldOf(cell);
    record(cell, told);
    for (const place of [told.queue, told.spans]) {
      expect(place).toContain(MARK);
      expect(place).toContain(HARMLESS);
      expect(leaksOf(place)).toEqual([]);
    }
    expectNoneIn(told.metrics + told.logs);
    expectNoKeyIn(told);
  });
});

function expectNoneIn(place: string): void {
  // Not `toContain`: what is told is much too long to print.
  const at = place.indexOf(MARK);
  expect(at === -1 ? '' : place.slice(Math.max(0, at - 200), at + 60)).toBe('');
  expect(isMarked(place)).toBe(false);
  expect(leaksOf(place)).toEqual([]);
}

function expectNoKeyIn({ queue, spans, metrics, logs }: Told): void {
  const told = queue + spans + metrics + logs;
  for (const key of Object.values(KEYS)) expect(told.includes(key)).toBe(false);
}

function experimentsOf(content: ContentMode, origin: string): readonly ExperimentInput[] {
  const both: Partial<ExperimentInput> = {
    content,
    sample: { rate: 1 },
    noise: { rate: 0.2 },
    segments: { attribute: PATH_ATTRIBUTE },
    shadow: { concurrency: 1000, requireRecording: false },
    governor: { eventLoopMs: 10_000, eventLoopShare: 1, heapShare: 0.99 },
    policy: { gates: { errors: {} } },
  };
  return [
    {
      ...both,
      name: 'canaries',
      candidates: {
        same: { model: 'candidate-model', apiKey: { env: 'CANDIDATE_KEY' } },
        other: {
          dialect: 'anthropic-messages',
          model: 'other-model',
          baseUrl: `${origin}/plain`,
          apiKey: { env: 'CANDIDATE_KEY' },
          keyHeader: 'x-api-key',
          parameters: { max_tokens: 100 },
        },
      },
    },
    { ...both, name: 'functions', candidate: { version: '1' } },
    { ...both, name: 'models', candidate: { version: '1' } },
  ];
}

/** Every key and value of the store. */
async function dumpOf(client: Redis): Promise<string> {
  const keys = await client.keys('*');
  const values = await Promise.all(
    keys.map(async (key) => {
      switch (await client.type(key)) {
        case 'hash':
          return await client.hgetall(key);
        case 'zset':
          return await client.zrange(key, '0', '-1');
        case 'list':
          return await client.lrange(key, '0', '-1');
        case 'stream':
          return await client.xrange(key, '-', '+');
        case 'set':
          return await client.smembers(key);
        default:
          return await client.get(key);
      }
    }),
  );
  return JSON.stringify([keys, values]);
}
