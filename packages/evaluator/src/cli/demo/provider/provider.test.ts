import { connect } from 'node:net';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { conversation } from '../conversations.js';
import type { Provider, ProviderOptions } from './provider.js';
import { startProvider } from './provider.js';

const QUICK = { medianMs: 1, sigma: 0.2 };
const providers: Provider[] = [];

async function start(options: Partial<ProviderOptions> = {}): Promise<{ provider: Provider; client: OpenAI }> {
  const provider = await startProvider({ seed: 1, personality: 'incumbent', latency: QUICK, errorRate: 0, ...options });
  providers.push(provider);
  return { provider, client: new OpenAI({ baseURL: provider.url, apiKey: 'none', maxRetries: 0 }) };
}
afterEach(async () => {
  await Promise.all(providers.splice(0).map((provider) => provider.close()));
});

type Messages = OpenAI.ChatCompletionMessageParam[];
function messages(index: number): Messages {
  const { system, user } = conversation(1, index);
  return [
    { role: 'system', content: system },
    { role: 'user', content: user },
  ];
}

async function plain(client: OpenAI, index: number): Promise<string> {
  const completion = await client.chat.completions.create({ model: 'm', messages: messages(index) });
  return completion.choices[0]?.message.content ?? '';
}

async function streamed(client: OpenAI, index: number): Promise<string> {
  const stream = await client.chat.completions.create({ model: 'm', messages: messages(index), stream: true });
  let text = '';
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
  return text;
}

describe('the provider of the demo, through the openai SDK', () => {
  it('gives a completion with usage', async () => {
    const { client } = await start();
    const completion = await client.chat.completions.create({ model: 'gpt-demo', messages: messages(3) });
    expect(completion).toMatchObject({
      object: 'chat.completion',
      model: 'gpt-demo',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', refusal: null } }],
    });
    expect(completion.id).toMatch(/^chatcmpl-/);
    const { prompt_tokens = 0, completion_tokens = 0, total_tokens } = completion.usage ?? {};
    expect(completion_tokens).toBeGreaterThan(30);
    expect(total_tokens).toBe(prompt_tokens + completion_tokens);
  });

  it('streams what it would have answered at once, in several pieces', async () => {
    const [one, other] = [await start(), await start()];
    const stream = await one.client.chat.completions.create({
      model: 'm',
      messages: messages(5),
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const pieces = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').filter((piece) => piece !== '');
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.join('')).toBe(await plain(other.client, 5));
    expect(chunks.map((chunk) => chunk.choices[0]?.finish_reason ?? null).filter(Boolean)).toEqual(['stop']);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: expect.any(Number) as number } });
  });

  it('gives the same answers in another process of the same seed, and others for another', async () => {
    const answers = async (seed: number): Promise<string[]> => {
      const { client } = await start({ seed });
      return [await plain(client, 1), await streamed(client, 1), await plain(client, 2), await plain(client, 1)];
    };
    const [first, second, third] = [await answers(1), await answers(1), await answers(2)];
    expect(second).toEqual(first);
    expect(third).not.toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(2);
  });

  it('fails at the rate it was given, with an error of the protocol', async () => {
    const { provider, client } = await start({ errorRate: 0.3, latency: { medianMs: 0.1, sigma: 0.1 } });
    const calls = Array.from({ length: 200 }, (_, index) =>
      plain(client, index).then(
        () => null,
        (error: unknown) => error,
      ),
    );
    const errors = (await Promise.all(calls)).filter((error) => error !== null);
    expect(errors.length).toBeGreaterThan(35);
    expect(errors.length).toBeLessThan(85);
    for (const error of errors) expect(error).toMatchObject({ status: 500, type: 'server_error' });
    expect(provider.stats()).toMatchObject({
      calls: 200,
      failed: errors.length,
      answered: 200 - errors.length,
      inFlight: 0,
    });
  });

  it('refuses what is not a request of the protocol', async () => {
    const { provider, client } = await start();
    await expect(client.models.list()).rejects.toMatchObject({ status: 404 });
    const response = await fetch(`${provider.url}/chat/completions`, { method: 'POST', body: '{"model":1}' });
    expect(response.status).toBe(400);
    expect(provider.stats()).toMatchObject({ calls: 2, refused: 2 });
  });
});

describe('a provider that is closed', () => {
  let provider: Provider;
  let client: OpenAI;
  beforeEach(async () => {
    ({ provider, client } = await start({ latency: { medianMs: 600_000, sigma: 0 } }));
  });

  it('ends calls in flight, idle connections and itself at once', async () => {
    const port = Number(new URL(provider.url).port);
    const idle = connect(port, '127.0.0.1');
    const ended = new Promise((resolve) => idle.once('close', resolve));
    const call = plain(client, 1).then(
      () => 'answered',
      () => 'broken off',
    );
    while (provider.stats().inFlight === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await provider.close();
    await expect(call).resolves.toBe('broken off');
    await ended;
    expect(provider.stats()).toMatchObject({ calls: 1, left: 1, inFlight: 0 });
    await provider.close();
  });

  it('counts a client that leaves, and holds nothing for it', async () => {
    const controller = new AbortController();
    const call = client.chat.completions.create({ model: 'm', messages: messages(1) }, { signal: controller.signal });
    const outcome = call.then(
      () => 'answered',
      (error: Error) => error.constructor.name,
    );
    while (provider.stats().inFlight === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    controller.abort();
    await expect(outcome).resolves.toBe('APIUserAbortError');
    while (provider.stats().inFlight > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(provider.stats()).toMatchObject({ calls: 1, left: 1, mostInFlight: 1 });
  });
});
