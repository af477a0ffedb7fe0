import { type Meter, type MeterProvider, metrics } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { UnderstudyInstrumentation } from './instrumentation.js';

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
  const understudy = new UnderstudyInstrumentation({
    environment: {},
    queueUrl: 'redis://127.0.0.1:1',
    experiments: [{ name: 'e', candidate: { model: 'c' }, policy: { gates: { errors: {} } } }],
  });
  understudy.setMeterProvider(provider);
  const answer = { id: 'i', model: 'm', choices: [{ finish_reason: 'stop', message: { content: 'Yes.' } }] };
  const before = globalThis.fetch;
  globalThis.fetch = async () => Response.json(answer);
  try {
    for (let call = 0; call < 10; call += 1) {
      const body = JSON.stringify({ model: 'm', messages: [] });
      await (await understudy.fetch('https://a.example/v1/chat/completions', { method: 'POST', body })).text();
    }
  } finally {
    globalThis.fetch = before;
    await understudy.shutdown(1);
  }
  expect(made).toBe(1);
});
