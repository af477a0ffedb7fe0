import {
  INVALID_SPAN_CONTEXT,
  type Meter,
  type MeterProvider,
  metrics,
  type Span,
  trace,
  type TracerProvider,
} from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { UnderstudyInstrumentation } from './instrumentation.js';

function instrumentation(): UnderstudyInstrumentation {
  return new UnderstudyInstrumentation({
    environment: {},
    queueUrl: 'redis://127.0.0.1:1',
    experiments: [{ name: 'e', candidate: { model: 'c' }, policy: { gates: { errors: {} } } }],
  });
}

/** Through the instrumentation's own fetch, to a provider that answers at once. */
async function calls(understudy: UnderstudyInstrumentation, count: number): Promise<void> {
  const answer = { id: 'i', model: 'm', choices: [{ finish_reason: 'stop', message: { content: 'Yes.' } }] };
  const before = globalThis.fetch;
  globalThis.fetch = async () => Response.json(answer);
  try {
    for (let call = 0; call < count; call += 1) {
      const body = JSON.stringify({ model: 'm', messages: [] });
      await (await understudy.fetch('https://a.example/v1/chat/completions', { method: 'POST', body })).text();
    }
  } finally {
    globalThis.fetch = before;
  }
}

test('a provider that gives a new meter every time is asked once', async () => {
  let made = 0;
  const noop = metrics.getMeterProvider();
  const provider: MeterProvider = {
    getMeter: (): Meter => {
      made += 1;
      // A meter of its own, as the providers of some vendors give.
      return Object.create(noop.getMeter('noop')) as Meter;
    },
  };
  const understudy = instrumentation();
  understudy.setMeterProvider(provider);
  await calls(understudy, 10);
  await understudy.shutdown(1);
  expect(made).toBe(1);
});

test('a tracer is asked for once of each provider, also of those behind the one of the API', async () => {
  const asked: string[] = [];
  const started: string[] = [];
  const provider = (name: string): TracerProvider => ({
    getTracer: () => {
      asked.push(name);
      const startSpan = (): Span => {
        started.push(name);
        return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
      };
      return { startSpan, startActiveSpan: () => expect.unreachable() };
    },
  });
  const proxy = trace.getTracerProvider() as TracerProvider & { setDelegate(to: TracerProvider): void };
  const understudy = instrumentation();
  understudy.setTracerProvider(proxy);
  await calls(understudy, 2);
  for (const name of ['one', 'other']) {
    proxy.setDelegate(provider(name));
    await calls(understudy, 2);
  }
  await understudy.shutdown(1);
  expect(asked).toEqual(['one', 'other']);
  expect(started).toEqual(['one', 'one', 'other', 'other']);
});
