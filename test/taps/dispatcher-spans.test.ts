import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as undici from 'undici';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { experiment, type Service, startService } from '../integration/service-harness.js';
import { startProvider, type Provider } from '../providers/provider.js';

const ASKED = { model: 'incumbent-model', messages: [{ role: 'user', content: 'hello' }] };
const options = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(ASKED),
} as const;

let provider: Provider;
let service: Service;
let agent: undici.Agent;
const url = (behaviour: string): string => `${provider.origin}/x/${behaviour}/v1/chat/completions`;
beforeAll(async () => {
  provider = await startProvider();
});
afterAll(() => provider.close());
beforeEach(() => {
  agent = new undici.Agent();
  service = startService({ experiments: [experiment()], queueUrl: 'redis://127.0.0.1:1' });
});
afterEach(async () => {
  await service[Symbol.asyncDispose]();
  await agent.destroy();
});

/** The service's own spans aside. */
const primaries = () => service.spans().filter(({ name }) => name !== 'request');
const called = (): Promise<number> => service.sum('understudy.funnel', { stage: 'called', arm: 'candidate' });

test('a request through the dispatcher is one call, child of the active span, with its answer', async () => {
  const dispatcher = service.understudy.dispatcher(agent);
  const { body } = await service.inSpan(() => undici.request(url('plain'), { ...options, dispatcher }));
  await body.json();
  const [span] = primaries();
  expect(primaries()).toHaveLength(1);
  expect(span?.name).toBe('chat incumbent-model');
  expect(span?.parentSpanContext?.spanId).toBe(
    service
      .spans()
      .find(({ name }) => name === 'request')
      ?.spanContext().spanId,
  );
  expect(span?.attributes['gen_ai.usage.input_tokens']).toBeGreaterThan(0);
  expect(await called()).toBe(1);
});

test('so is a stream, left early', async () => {
  const dispatcher = service.understudy.dispatcher(agent);
  const { body } = await undici.request(url('held'), {
    ...options,
    body: JSON.stringify({ ...ASKED, stream: true }),
    dispatcher,
  });
  for await (const chunk of body) if (chunk !== null) break;
  await expect.poll(() => primaries().length).toBe(1);
  expect(primaries()[0]?.attributes['understudy.outcome']).toBe('aborted');
});

test("undici's own fetch, whose body is only known while it is sent", async () => {
  const dispatcher = service.understudy.dispatcher(agent);
  await (await undici.fetch(url('plain'), { ...options, dispatcher })).json();
  await expect.poll(() => primaries().length).toBe(1);
  expect(primaries()[0]?.name).toBe('chat incumbent-model');
  expect(await service.sum('understudy.dropped', { reason: 'unparsable' })).toBe(0);
});

test('a compressed answer is read beside, and reaches the host as it came', async () => {
  const answer = { id: 'i', model: 'm-1', choices: [{ finish_reason: 'stop', message: { content: 'Yes.' } }] };
  const compressed = gzipSync(JSON.stringify(answer));
  const server = createServer((_incoming, outgoing) => {
    outgoing.setHeader('content-encoding', 'gzip');
    outgoing.end(compressed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { body } = await undici.request(`http://127.0.0.1:${port}/v1/chat/completions`, {
    ...options,
    dispatcher: service.understudy.dispatcher(agent),
  });
  expect(Buffer.from(await body.arrayBuffer())).toEqual(compressed);
  await expect.poll(() => primaries().length).toBe(1);
  expect(primaries()[0]?.attributes['gen_ai.response.model']).toBe('m-1');
  await agent.destroy();
  await new Promise((resolve) => server.close(resolve));
});

test('a tapped fetch that goes through a tapped global dispatcher is one call', async () => {
  const before = undici.getGlobalDispatcher();
  undici.setGlobalDispatcher(service.understudy.dispatcher(agent));
  try {
    await (await fetch(url('plain'), options)).json();
    await (await undici.request(url('plain'), options)).body.json();
  } finally {
    undici.setGlobalDispatcher(before);
  }
  await expect.poll(() => primaries().length).toBe(2);
  expect(await called()).toBe(2);
});

test('what a callback of the host sends is a call of its own', async () => {
  const dispatcher = service.understudy.dispatcher(agent);
  const { body } = await undici.request(url('plain'), { ...options, dispatcher });
  const nested = new Promise<unknown>((resolve) => {
    body.once('data', () =>
      resolve(undici.request(url('plain'), { ...options, dispatcher }).then((next) => text(next.body))),
    );
  });
  await nested;
  await expect.poll(() => primaries().length).toBe(2);
});
