import { setImmediate as nextTurn } from 'node:timers/promises';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { type ReadableSpan, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { reserveModels } from '../../packages/instrumentation/src/capture/bounded-names.js';
import { createCapture } from '../../packages/instrumentation/src/capture/capture.js';
import { DIALECTS } from '../../packages/instrumentation/src/dialect/registry.js';
import type { ExperimentInput } from '../../packages/instrumentation/src/experiment/definition.js';
import { resolveExperiment } from '../../packages/instrumentation/src/experiment/resolve.js';
import { runOf } from '../../packages/instrumentation/src/experiment/run.js';
import { armsOf, modelsOf, patternsOf } from '../../packages/instrumentation/src/instrumentation-setup.js';
import { arrange } from '../../packages/instrumentation/src/queue/arrangement.js';
import { SliceCounts } from '../../packages/instrumentation/src/queue/slice-counts.js';
import { FunnelMetrics } from '../../packages/instrumentation/src/shadow/funnel-metrics.js';
import { createIsolation } from '../../packages/instrumentation/src/shadow/isolation.js';
import { prepareOverHttp } from '../../packages/instrumentation/src/shadow/prepare.js';
import type { Transport } from '../../packages/instrumentation/src/shadow/undici.js';
import type { Fetch } from '../../packages/instrumentation/src/tap/observer.js';
import { tapFetch } from '../../packages/instrumentation/src/tap/tap-fetch.js';
import { createIds } from '../../packages/instrumentation/src/trial/ids.js';
import type { Trial } from '../../packages/instrumentation/src/trial/trial.js';
import { type Random, seeded } from '../simulation/random.js';

/** What a service does to its telemetry: three experiments, four candidates, and whatever callers think of. */
export interface ManyCalls {
  readonly calls: number;
  /** Admitted primaries, shadows that came back, of all experiments. */
  readonly trials: number;
  readonly legs: number;
  readonly spanNames: ReadonlyMap<string, number>;
  /** Spans whose attribute of the model is not that of their request. */
  readonly untrue: number;
  readonly metrics: readonly MetricData[];
}

const EXPERIMENTS: readonly Partial<ExperimentInput>[] = [
  {
    name: 'support',
    candidates: { small: { model: 'small-1' } },
    noise: { rate: 0.5 },
    segments: { version: '1', critical: ['refunds', 'billing'] },
  },
  {
    name: 'sales',
    match: { model: 'own-incumbent' },
    candidates: { a: { model: 'a-1' }, b: { model: 'b-1' } },
    segments: { version: '1' },
  },
  { name: 'search', match: { model: 'gpt-*' }, candidates: { c: { model: 'c-1' } }, segments: { version: '1' } },
];

const AT_ONCE = 32;
const SALT: Uint8Array = Buffer.alloc(32, 7);

/** Makes the calls through all that is between a fetch and the queue. Seeded, but for what two clocks say. */
export async function makeCalls(calls: number): Promise<ManyCalls> {
  const random = seeded(8);
  const spans = new CountingSpans();
  const tracer = new TracerProvider({ spanProcessors: [spans] }).getTracer('test');
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 30 });
  const provider = new MeterProvider({ readers: [reader] });
  const meter = provider.getMeter('test');
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

  let route = '';
  const setups = EXPERIMENTS.map((input) => ({
    experiment: resolveExperiment({
      content: 'features',
      sample: { rate: 0.05 },
      shadow: { concurrency: 4096 },
      ...input,
      name: input.name ?? '',
    }),
    rules: { segment: () => route },
    apiKeys: new Map(),
  }));
  const experiments = setups.map(({ experiment }) => experiment);
  reserveModels(experiments.flatMap(modelsOf), experiments.flatMap(patternsOf));
  const critical = new Map(experiments.map(({ name, segments }) => [name, segments.critical]));
  const metrics = new FunnelMetrics(() => meter, experiments.flatMap(armsOf), critical);
  metrics.initialise();
  const found = { trials: 0, legs: 0 };
  const onTrial = ({ legs }: Trial): void => {
    found.trials += 1;
    found.legs += Object.values(legs).filter(({ status }) => status !== 'missing').length;
  };
  const isolate = createIsolation();
  const account = new SliceCounts(new Map(experiments.map((one) => [runOf(one).id, one.slice.lengthMs])));
  const arrangements = setups.map((setup) =>
    arrange(setup, {
      producer: 'p',
      tracer: () => tracer,
      metrics,
      isolate,
      ids: createIds(),
      account,
      admittance: () => ({ open: true, salt: SALT }),
      onTrial,
    }),
  );
  const prepare = prepareOverHttp(() => transport, DIALECTS);
  const capture = createCapture({
    dialects: DIALECTS,
    tracer: () => tracer,
    meter: () => meter,
    listener: (call) => {
      for (const { intake } of arrangements) intake.take(call, prepare);
    },
  });
  const fetch = tapFetch(
    ((_: unknown, init: RequestInit) => Promise.resolve(answerTo(init.body as string))) as Fetch,
    capture,
  );

  let begun = 0;
  const one = async (): Promise<void> => {
    begun += 1;
    const { url, body, of } = requestOf(random, begun < calls / 2 || begun % 20 !== 0);
    route = of;
    const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    await response.text();
  };
  for (let made = 0; made < calls; made += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, calls - made) }, one));
    // As a network would: shadows are sent in a turn of their own.
    await nextTurn();
  }
  await Promise.all(arrangements.map(({ trials }) => new Promise<void>((done) => void trials.whenSettled(done))));
  await provider.forceFlush();
  const collected =
    exporter
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
  await provider.shutdown();
  context.disable();
  const { names: spanNames, untrue } = spans;
  return { calls, ...found, spanNames, untrue, metrics: collected };
}

/** Keeps of a span what there may be few of. */
class CountingSpans implements SpanProcessor {
  readonly names = new Map<string, number>();
  untrue = 0;

  onStart(): void {
    // Names may change until the end.
  }

  onEnd({ name, attributes }: ReadableSpan): void {
    this.names.set(name, (this.names.get(name) ?? 0) + 1);
    const model = String(attributes['gen_ai.request.model']);
    if (model === '_OTHER' || (!name.endsWith(' _OTHER') && !name.endsWith(` ${model}`))) this.untrue += 1;
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** @param isJunk Before anybody calls the model of the configuration, and after. */
function requestOf(
  random: Random,
  isJunk: boolean,
): { readonly url: string; readonly body: string; readonly of: string } {
  const number = (most: number): number => Math.floor(random.next() * most);
  const junk = random.next() < 0.5 ? `gpt-${number(1e6)}` : `ft:user-${number(1e6)}:${number(1e6)}`;
  const model = isJunk ? junk : 'own-incumbent';
  const host = random.next() < 0.9 ? 'api.openai.com' : `gateway-${number(1000)}.example`;
  const of = random.next() < 0.1 ? 'refunds' : `/user/${number(1e6)}`;
  const user = `u${number(1e9)}`;
  if (random.next() < 0.1)
    return { url: `https://${host}/v1/embeddings`, body: JSON.stringify({ model, input: user, user }), of };
  const messages = [{ role: 'user', content: `question ${number(1e9)}` }];
  return { url: `https://${host}/v1/chat/completions`, body: JSON.stringify({ model, user, messages }), of };
}

/** Every fiftieth model or so cannot be had, in one of many words. */
function answerTo(body: string): Response {
  const { model, input } = JSON.parse(body) as { model: string; input?: unknown };
  const digits = Number(/\d+$/.exec(model)?.[0] ?? 0);
  if (digits % 50 === 1) return new Response('{"error":{}}', { status: 400 + (digits % 28) });
  const usage = { prompt_tokens: 3, completion_tokens: 4 };
  const answer =
    input === undefined
      ? {
          id: 'c',
          model: `${model}-${digits}`,
          choices: [{ index: 0, message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' }],
          usage,
        }
      : { data: [{ embedding: [1] }], model: `${model}-${digits}`, usage };
  return new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } });
}

const transport: Transport = {
  send: (request) => {
    const response = answerTo(request.body);
    return Promise.resolve({
      status: response.status,
      headers: {},
      body: response.body as unknown as AsyncIterable<Uint8Array>,
    });
  },
  close: () => undefined,
};
