import { AsyncLocalStorage } from 'node:async_hooks';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { context, createContextKey, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { afterEach, expect, it } from 'vitest';
import { createCapture } from '../../packages/instrumentation/src/capture/capture.js';
import { DIALECTS } from '../../packages/instrumentation/src/dialect/registry.js';
import { resolveExperiment } from '../../packages/instrumentation/src/experiment/resolve.js';
import { Producer } from '../../packages/instrumentation/src/queue/producer.js';
import { FunnelMetrics } from '../../packages/instrumentation/src/shadow/funnel-metrics.js';
import { tapFetch } from '../../packages/instrumentation/src/tap/tap-fetch.js';

const ANSWER = JSON.stringify({
  id: 'i',
  model: 'm',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Yes.' } }],
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

afterEach(() => context.disable());

it('a candidate that hangs holds nothing of the request the primary was part of', async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  let hanging = 0;
  const server = createServer((request) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      if (text.includes('"hangs"')) hanging += 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat/completions`;
  const producer = new Producer({
    setups: [
      {
        experiment: resolveExperiment({
          name: 'e',
          candidate: { model: 'hangs' },
          noise: { rate: 0 },
          sample: { rate: 1 },
          policy: { gates: { errors: {} } },
          shadow: { requireRecording: false },
        }),
        rules: {},
        apiKeys: new Map(),
      },
    ],
    queueUrl: '',
    environmentProxy: false,
    tracer: () => trace.getTracer('test'),
    metrics: new FunnelMetrics(() => metrics.getMeter('test'), []),
    store: {
      open: async () => ({
        add: async () => undefined,
        backlog: async () => ({ waiting: 0, memory: null }),
        salt: async () => new Uint8Array(32),
        setting: () => Promise.resolve(undefined),
        lease: () => Promise.reject(new Error('no budget')),
        close: () => undefined,
      }),
    },
  });
  producer.start();
  await expect.poll(() => producer.announced).toBe(true);
  // The built-in fetch would be another suspect: on Node 22 its connections hold the context they were last used in.
  const primary: typeof fetch = async () => new Response(ANSWER);
  const tapped = tapFetch(
    primary,
    createCapture({
      dialects: DIALECTS,
      tracer: () => trace.getTracer('test'),
      meter: () => metrics.getMeter('test'),
      listener: (call) => producer.take(call),
    }),
  );
  const storage = new AsyncLocalStorage<object>();
  const key = createContextKey('of the host');

  async function request(): Promise<Record<string, WeakRef<object>>> {
    const store = { of: 'the host' };
    const value = { in: 'its OpenTelemetry context' };
    const init = { method: 'POST', body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'x' }] }) };
    await storage.run(store, () =>
      context.with(context.active().setValue(key, value), async () => (await tapped(url, init)).text()),
    );
    return { store: new WeakRef(store), context: new WeakRef(value), arguments: new WeakRef(init) };
  }

  try {
    const held = await request();
    await expect.poll(() => hanging).toBe(1);
    await expect
      .poll(
        () => {
          collect();
          return Object.keys(held).filter((name) => held[name]?.deref() !== undefined);
        },
        { timeout: 5000 },
      )
      .toEqual([]);
  } finally {
    await producer.shutdown(100);
    server.closeAllConnections();
    server.close();
  }
});
