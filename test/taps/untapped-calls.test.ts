import { createRequire } from 'node:module';
import http from 'node:http';
import { diag, DiagLogLevel } from '@opentelemetry/api';
import OpenAI from 'openai';
import * as undici from 'undici';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createIsolation } from '../../packages/instrumentation/src/shadow/isolation.js';
import { openReading } from '../../packages/instrumentation/src/shadow/process-share.js';
import { createTransport } from '../../packages/instrumentation/src/shadow/undici.js';
import { experiment, type Service, startService } from '../integration/service-harness.js';
import { startServer, type BehavingServer } from './server.js';
import { BODY, turns } from './way.js';

let server: BehavingServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

/** Built before the tap: it keeps the fetch of then. */
const early = (): OpenAI => new OpenAI({ apiKey: 'k', baseURL: `${server.origin}/json/v1`, maxRetries: 0 });
const messages = [{ role: 'user' as const, content: 'hello' }];
const call = (client: OpenAI): Promise<unknown> => client.chat.completions.create({ model: 'm', messages });
const url = (behaviour: string): string => `${server.origin}/${behaviour}/v1/chat/completions`;
const init = { method: 'POST', body: BODY };

const warnings: string[] = [];
let service: Service;
let agent: undici.Agent;
const start = (): void => {
  service = startService({ experiments: [experiment()], queueUrl: 'redis://127.0.0.1:1' });
};
beforeEach(() => {
  warnings.length = 0;
  const none = (): void => undefined;
  const logger = {
    error: none,
    info: none,
    debug: none,
    verbose: none,
    warn: (text: string) => void warnings.push(text),
  };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  agent = new undici.Agent({ connections: 1 });
});
afterEach(async () => {
  await agent.destroy();
  await service[Symbol.asyncDispose]();
  diag.disable();
});

/** By arm: how many calls went past the tap. The funnel adds up: they have called, and were lost. */
async function untapped(): Promise<number> {
  const candidate = await service.sum('understudy.dropped', { reason: 'untapped', arm: 'candidate' });
  const aa = await service.sum('understudy.dropped', { reason: 'untapped', arm: 'aa' });
  const called = await service.sum('understudy.funnel', { stage: 'called' });
  const lost = await service.sum('understudy.dropped', {});
  expect(aa).toBe(candidate);
  expect(lost).toBe(called);
  return candidate;
}
const saidOfTap = (): string[] => warnings.filter((warning) => warning.includes('went past'));

test('a client made before the tap is counted at every call, and said once, with the host and the fix', async () => {
  const client = early();
  start();
  await call(client);
  await call(client);
  expect(await untapped()).toBe(2);
  expect(saidOfTap()).toEqual([
    expect.stringMatching(/127\.0\.0\.1:\d+.*--import @understudy\/instrumentation\/register.*understudy\.fetch/),
  ]);
});

test('so is a CommonJS client', async () => {
  const { OpenAI: Required } = createRequire(import.meta.url)('openai') as { OpenAI: typeof OpenAI };
  const client = new Required({ apiKey: 'k', baseURL: `${server.origin}/json/v1`, maxRetries: 0 });
  start();
  await client.chat.completions.create({ model: 'm', messages });
  expect(await untapped()).toBe(1);
});

test('and undici, whose dispatcher nobody gave us, also where a request waits for a connection', async () => {
  start();
  const answers = await Promise.all([1, 2, 3].map(() => undici.request(url('json'), { ...init, dispatcher: agent })));
  for (const { body } of answers) await body.text();
  expect(await untapped()).toBe(3);
});

test('a client made after the tap is not, nor what it is redirected to', async () => {
  start();
  await call(early());
  const response = await fetch(url('moved'), init);
  expect(response.redirected).toBe(true);
  await response.text();
  expect(await untapped()).toBe(0);
});

test('nor a call through a tapped dispatcher, however it is retried, redirected or kept waiting', async () => {
  start();
  const { understudy } = service;
  // The connection belongs to a request that is no call to a model: what waits for it is made in its context.
  const held = undici.request(`${server.origin}/json`, { dispatcher: agent });
  const tapped = understudy.dispatcher(agent);
  const waiting = [1, 2].map(() => undici.request(url('json'), { ...init, dispatcher: tapped }));
  await (await held).body.text();
  for (const { body } of await Promise.all(waiting)) await body.text();

  const retrying = understudy.dispatcher(
    new undici.RetryAgent(agent, { minTimeout: 1, methods: ['POST'], statusCodes: [503] }),
  );
  expect(
    (await undici.request(url('flaky'), { ...init, dispatcher: retrying }).then(({ body }) => body.text())).length,
  ).toBeGreaterThan(100);

  const redirecting = understudy.dispatcher(agent.compose(undici.interceptors.redirect({ maxRedirections: 1 })));
  await (await undici.request(url('moved'), { ...init, dispatcher: redirecting })).body.text();
  expect(await untapped()).toBe(0);
});

test('nor what understudy sends itself', async () => {
  start();
  const transport = createTransport({ timeoutMs: 1000, environmentProxy: false });
  const sent = createIsolation()(() =>
    transport.send({ url: new URL(url('json')), headers: {}, body: BODY }, AbortSignal.timeout(1000), openReading()),
  );
  for await (const chunk of (await sent).body) void chunk;
  transport.close();
  expect(await untapped()).toBe(0);
});

test('nor what is no call to a model, nor one over node:http, which nobody sees', async () => {
  const { fetch: before } = globalThis;
  start();
  await (await before(`${server.origin}/json`, init)).text();
  await new Promise((resolve) =>
    http.request(url('json'), { method: 'POST' }, (got) => got.resume().on('end', resolve)).end(BODY),
  );
  expect(await untapped()).toBe(0);
  expect(saidOfTap()).toEqual([]);
});

test('a tapped call is not taken for one past the tap that is made at the same time', async () => {
  const { fetch: before } = globalThis;
  start();
  const answers = await Promise.all([fetch(url('json'), init), before(url('json'), init), fetch(url('json'), init)]);
  for (const answer of answers) await answer.text();
  await turns();
  expect(await untapped()).toBe(1);
});

test('nothing is counted once it is disabled, and again when it is enabled', async () => {
  const client = early();
  start();
  service.understudy.disable();
  await call(client);
  expect(await untapped()).toBe(0);
  service.understudy.enable();
  await call(client);
  expect(await untapped()).toBe(1);
});
