import { setTimeout as sleep } from 'node:timers/promises';
import { metrics } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { UnderstudyInstrumentation } from '../../packages/instrumentation/src/index.js';
import { fractions } from '../../packages/evaluator/src/stats/mulberry32.js';
import type { Driven, Driver } from './rate-limit-steps.js';

// A service that makes its calls when they come, whatever becomes of the earlier ones. Run as: rate-limit-service.ts, with DRIVER in the
// environment; prints what its callers got.
const told = JSON.parse(process.env['DRIVER'] ?? '') as Driver;
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 600_000 });
const meters = new MeterProvider({ readers: [reader] });
metrics.setGlobalMeterProvider(meters);
const understudy = told.understudy === null ? null : await started(told.understudy);

async function started({ queueUrl, minuteMs }: NonNullable<Driver['understudy']>): Promise<UnderstudyInstrumentation> {
  const made = new UnderstudyInstrumentation({
    experiments: [
      {
        name: 'limits',
        candidate: { model: 'candidate' },
        policy: { gates: { errors: {} } },
        sample: { rate: 1 },
        noise: { rate: 0 },
        shadow: { requireRecording: false, concurrency: 256, timeoutMs: 5000 },
        // What is a minute outside of the suite.
        governor: { pauseMs: minuteMs, eventLoopMs: 10_000, eventLoopShare: 1 },
      },
    ],
    queueUrl,
    environment: {},
  });
  made.setMeterProvider(meters);
  made.enable();
  while (!made.announced) await sleep(10);
  return made;
}

function arrivals(): readonly { readonly atMs: number; readonly tokens: number }[] {
  // The same arrivals for the same seed, with us and without.
  const random = fractions(told.seed);
  const gapMs = 1000 / told.perSecond;
  const made: { atMs: number; tokens: number }[] = [];
  for (let atMs = 0, index = 0; ; index += 1) {
    atMs = told.arrivals === 'paced' ? (index + random()) * gapMs : atMs - Math.log(1 - random()) * gapMs;
    if (atMs >= told.durationMs) return made;
    made.push({ atMs, tokens: Math.round(told.tokens * (0.5 + random())) });
  }
}

async function call(number: number, tokens: number): Promise<number> {
  const { protocol, account, baseUrl } = told;
  const openai = protocol === 'openai';
  const response = await fetch(`${baseUrl}/v1/${openai ? 'chat/completions' : 'messages'}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(openai
        ? { authorization: `Bearer ${account}` }
        : { 'x-api-key': account, 'anthropic-version': '2023-06-01' }),
    },
    body: JSON.stringify({
      model: 'incumbent',
      max_tokens: tokens,
      messages: [{ role: 'user', content: `What of #${number}?` }],
    }),
  });
  await response.text();
  return response.status;
}

const startedAt = performance.now();
const calls: Promise<number>[] = [];
let lateMs = 0;
for (const [number, { atMs, tokens }] of arrivals().entries()) {
  const waitMs = startedAt + atMs - performance.now();
  if (waitMs > 0) await sleep(waitMs);
  lateMs = Math.max(lateMs, performance.now() - startedAt - atMs);
  calls.push(call(number, tokens));
}
const statuses = await Promise.all(calls);
await understudy?.shutdown();
await meters.forceFlush();
const points =
  exporter
    .getMetrics()
    .at(-1)
    ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
function byReason(name: string): Record<string, number> {
  const found = points.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
  return Object.fromEntries(
    found
      .filter(({ value }) => Number(value) > 0)
      .map(({ attributes, value }) => [String(attributes['reason']), Number(value)]),
  );
}
const report: Driven = {
  calls: statuses.length,
  refused: statuses.filter((status) => status === 429).length,
  lateMs: Math.round(lateMs),
  dropped: byReason('understudy.dropped'),
  pauses: byReason('understudy.pauses'),
};
process.stdout.write(`${JSON.stringify(report)}\n`);
await meters.shutdown();
