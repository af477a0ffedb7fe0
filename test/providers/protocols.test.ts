import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROTOCOLS } from './protocols.js';
import { startProvider, type Provider } from './provider.js';

/** Where each protocol is asked, after the behaviour, and with what. */
const REQUESTS: Readonly<Record<string, readonly [path: string, body: object]>> = {
  'openai-chat': ['/v1/chat/completions', { model: 'm', messages: [], stream: true }],
  'openai-responses': ['/v1/responses', { model: 'm', input: 'hello', stream: true }],
  'openai-embeddings': ['/v1/embeddings', { model: 'm', input: ['one', 'two'] }],
  'openai-completions': ['/v1/completions', { model: 'm', prompt: 'hello', stream: true }],
  'anthropic-messages': ['/v1/messages', { model: 'm', max_tokens: 5, messages: [], stream: true }],
  'gemini-generate': ['/v1beta/models/m:streamGenerateContent?alt=sse', { contents: [] }],
  'ollama-chat': ['/api/chat', { model: 'm', messages: [] }],
  'ollama-generate': ['/api/generate', { model: 'm', prompt: 'hello' }],
};

let provider: Provider;
beforeAll(async () => {
  provider = await startProvider();
});
afterAll(() => provider.close());

function ask(behaviour: string, name: string): Promise<Response> {
  const [path, body] = REQUESTS[name] ?? ['', {}];
  return fetch(`${provider.origin}/x/${behaviour}${path}`, { method: 'POST', body: JSON.stringify(body) });
}

const NAMES = PROTOCOLS.map(({ name }) => name);
const STREAMING = PROTOCOLS.filter(({ frames }) => frames !== undefined).map(({ name }) => name);

test.each(NAMES)('%s: is answered and seen', async (name) => {
  const response = await ask('plain', name);
  expect(response.status).toBe(200);
  expect(await response.text()).not.toBe('');
  const [path, body] = REQUESTS[name] ?? [];
  const seen = provider.seen.find((request) => request.path === `/x/plain${path}`);
  expect(seen?.method).toBe('POST');
  expect(JSON.parse(Buffer.from(seen?.body ?? '', 'base64').toString())).toEqual(body);
});

test.each(NAMES)('%s: fails as it is told to, in its own words', async (name) => {
  const once = await ask('fails_once', name);
  expect([once.status, Object.keys((await once.json()) as object)]).toEqual([500, expect.arrayContaining(['error'])]);
  expect((await ask('fails_once', name)).status).toBe(200);
  expect((await ask('nothing', name)).status).toBe(404);
});

test.each(STREAMING)('%s: streams the same bytes whole and sliced', async (name) => {
  const [whole, sliced] = await Promise.all(['plain', 'sliced'].map(async (how) => (await ask(how, name)).text()));
  expect(sliced).toBe(whole);
  expect(await (await ask('error_inside', name)).text()).toContain('verloaded');
});
