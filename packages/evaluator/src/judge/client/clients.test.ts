import { ConfigurationError } from '@understudy/instrumentation/experiment';
import { describe, expect, it } from 'vitest';
import { REPLY_SCHEMA } from '../reply.js';
import { createAnthropicClient } from './anthropic-client.js';
import { createOpenAIClient } from './openai-client.js';
import type { RequestSize, Turns } from './turn.js';
import { retryAfterOf } from './retry-after.js';

const KEY = 'sk-very-secret';
const QUESTION = { system: 'You compare.', user: 'A or B?', maxTokens: 100, schema: REPLY_SCHEMA };

interface Sent {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Record<string, unknown>;
  readonly redirect: string | undefined;
}

/** A fetch that answers in turn and keeps what it was sent. */
function answering(...answers: (() => Response)[]): { fetch: typeof fetch; sent: Sent[] } {
  const sent: Sent[] = [];
  const fake: typeof fetch = async (to, init) => {
    const url = new Request(to).url;
    sent.push({
      url,
      headers: Object.fromEntries(new Headers(init?.headers)),
      body: JSON.parse(typeof init?.body === 'string' ? init.body : '') as Record<string, unknown>,
      redirect: init?.redirect,
    });
    const answer = answers[Math.min(sent.length, answers.length) - 1];
    if (answer === undefined) throw new TypeError(`cannot reach ${url} with ${KEY}`);
    return answer();
  };
  return { fetch: fake, sent };
}

const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  (): Response =>
    new Response(JSON.stringify(body), { status, headers });
const refusal = (message: string, status = 400): (() => Response) => json({ error: { message } }, status);

const CHAT = json({
  model: 'judge-1-exact',
  choices: [{ finish_reason: 'stop', message: { content: '{"a":1}' } }],
  usage: { prompt_tokens: 12, completion_tokens: 3 },
});
const openai = (fetch: typeof globalThis.fetch, turns?: Turns): ReturnType<typeof createOpenAIClient> =>
  createOpenAIClient({
    baseUrl: 'https://judge.test/v1/',
    model: 'judge-1',
    apiKey: KEY,
    fetch,
    ...(turns && { turns }),
  });
/** Turns that are always given, and what was said of each. */
function counting(): { turns: Turns; sizes: RequestSize[]; took: unknown[] } {
  const [sizes, took]: [RequestSize[], unknown[]] = [[], []];
  const settle = async (one: unknown): Promise<void> => void took.push(one);
  const turns: Turns = {
    take: async (size) => {
      sizes.push(size);
      return { status: 'granted', settle };
    },
  };
  return { turns, sizes, took };
}

const anthropic = (fetch: typeof globalThis.fetch): ReturnType<typeof createAnthropicClient> =>
  createAnthropicClient({ baseUrl: 'https://judge.test/v1', model: 'claude-x', apiKey: KEY, fetch });

describe('a client of /chat/completions', () => {
  it('asks for the schema, follows no redirect, and names the finish', async () => {
    const { fetch, sent } = answering(CHAT);
    const reply = await openai(fetch).ask(QUESTION);
    expect(reply).toEqual({
      status: 'ok',
      text: '{"a":1}',
      finish: 'stop',
      finishReason: 'stop',
      model: 'judge-1-exact',
      usage: { inputTokens: 12, outputTokens: 3 },
    });
    expect(sent[0]).toMatchObject({ url: 'https://judge.test/v1/chat/completions', redirect: 'manual' });
    expect(sent[0]?.headers['authorization']).toBe(`Bearer ${KEY}`);
    expect(sent[0]?.body).toMatchObject({ model: 'judge-1', max_completion_tokens: 100, temperature: 0 });
    expect(sent[0]?.body['response_format']).toMatchObject({ type: 'json_schema', json_schema: { strict: true } });
  });

  it('leaves out what is refused by name, and remembers it after a success', async () => {
    const { fetch, sent } = answering(
      refusal("Unsupported parameter: 'max_completion_tokens'"),
      refusal('json_schema is not supported', 422),
      refusal('temperature does not support 0'),
      CHAT,
    );
    const client = openai(fetch);
    expect(await client.ask(QUESTION)).toMatchObject({ status: 'ok' });
    await client.ask(QUESTION);
    expect(sent).toHaveLength(5);
    expect(sent[4]?.body).toMatchObject({ max_tokens: 100, response_format: { type: 'json_object' } });
    expect(sent[4]?.body).not.toHaveProperty('temperature');
  });

  it('asks for fewer probabilities where many are refused', async () => {
    const { fetch, sent } = answering(refusal('top_logprobs: at most 5'), CHAT);
    expect(await openai(fetch).ask({ ...QUESTION, schema: null })).toMatchObject({ status: 'ok' });
    expect(sent[0]?.body).toMatchObject({ logprobs: true, top_logprobs: 20 });
    expect(sent[1]?.body).toMatchObject({ logprobs: true, top_logprobs: 5 });
  });

  it('remembers what is refused by name before it has succeeded, too', async () => {
    const { fetch, sent } = answering(refusal('json_schema is not supported'), json({}, 429), CHAT);
    const client = openai(fetch);
    expect(await client.ask(QUESTION)).toMatchObject({ status: 'failed', kind: 'rate_limited' });
    expect(await client.ask(QUESTION)).toMatchObject({ status: 'ok' });
    expect(sent.map(({ body }) => (body['response_format'] as { type: string }).type)).toEqual([
      'json_schema',
      'json_object',
      'json_object',
    ]);
  });

  it.each([500, 502, 503])('learns nothing from a %i, whatever its message mentions', async (status) => {
    const { fetch, sent } = answering(refusal('schema cache and temperature sensor unavailable', status), CHAT);
    const client = openai(fetch);
    expect(await client.ask(QUESTION)).toMatchObject({ status: 'failed', code: status });
    expect(await client.ask(QUESTION)).toMatchObject({ status: 'ok' });
    expect(sent).toHaveLength(2);
    expect(sent[1]?.body).toMatchObject({ temperature: 0, response_format: { type: 'json_schema' } });
  });

  it('sends one form where none has been taken, and all of them now and then', async () => {
    const { fetch, sent } = answering(refusal('bad request'));
    const client = openai(fetch);
    const requests: number[] = [];
    for (let question = 0; question < 20; question += 1) {
      const before = sent.length;
      await client.ask(QUESTION);
      requests.push(sent.length - before);
    }
    expect(requests.slice(0, 5)).toEqual([2, 2, 2, 1, 1]);
    expect(requests.reduce((sum, each) => sum + each, 0)).toBe(24);
  });

  it('tries one guess where the refusal names nothing, and learns nothing from a failure', async () => {
    const { fetch, sent } = answering(refusal('bad request'));
    const client = openai(fetch);
    expect(await client.ask(QUESTION)).toMatchObject({ status: 'failed', kind: 'refused', code: 400 });
    expect(sent).toHaveLength(2);
    await client.ask(QUESTION);
    expect(sent[2]?.body['response_format']).toMatchObject({ type: 'json_schema' });
  });

  it.each([
    [429, 'rate_limited'],
    [503, 'overloaded'],
    [529, 'overloaded'],
    [502, 'server'],
    [408, 'timeout'],
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [413, 'refused'],
    [307, 'redirect'],
  ])('tells %i as %s', async (status, kind) => {
    const { fetch } = answering(json({}, status, { 'retry-after': '3' }));
    expect(await openai(fetch).ask(QUESTION)).toMatchObject({
      status: 'failed',
      kind,
      code: status,
      retryAfterMs: 3000,
    });
  });

  it.each([
    [400, true],
    [401, true],
    [404, true],
    [429, true],
    [503, true],
    [529, true],
    [307, true],
    [408, false],
    [499, false],
    [500, false],
    [502, false],
    [504, false],
    [524, false],
  ])('takes %i for a refusal that costs nothing: %s', async (status, unbilled) => {
    const { turns, took } = counting();
    const { fetch } = answering(json({}, status));
    const reply = await openai(fetch, turns).ask({ ...QUESTION, schema: null });
    expect(reply).toMatchObject({ status: 'failed', code: status });
    expect('unbilled' in reply).toBe(unbilled);
    expect(took.at(-1)).toBe(unbilled ? 'nothing' : null);
  });

  it('takes a turn for each request, settled by what it took', async () => {
    const { turns, took, sizes } = counting();
    const { fetch, sent } = answering(refusal('json_schema'), refusal('temperature'), CHAT);
    await openai(fetch, turns).ask(QUESTION);
    expect(took).toEqual(['nothing', 'nothing', { inputTokens: 12, outputTokens: 3 }]);
    expect(sizes.map(({ bytes }) => bytes)).toEqual(sent.map(({ body }) => JSON.stringify(body).length));
    expect(sizes.map(({ maxTokens }) => maxTokens)).toEqual([100, 100, 100]);
  });

  it('sends nothing without a turn, and nothing that was cancelled before', async () => {
    const { fetch, sent } = answering(CHAT);
    const none: Turns = { take: async () => ({ status: 'refused', detail: 'no money', retryAfterMs: 5 }) };
    const reply = await openai(fetch, none).ask(QUESTION);
    expect(reply).toMatchObject({ kind: 'unpaid', detail: 'no money', retryAfterMs: 5, unbilled: true });
    const gone = await openai(fetch).ask(QUESTION, { signal: AbortSignal.abort() });
    expect(gone).toMatchObject({ kind: 'cancelled', unbilled: true });
    expect(sent).toEqual([]);
  });

  it.each([-1, 1.5, 1e300, '3', null])('takes a count of %s for unknown', async (completion_tokens) => {
    const { turns, took } = counting();
    const choices = [{ finish_reason: 'stop', message: { content: '{}' } }];
    const { fetch } = answering(json({ choices, usage: { prompt_tokens: 12, completion_tokens } }));
    expect(await openai(fetch, turns).ask(QUESTION)).toMatchObject({ status: 'ok', usage: null });
    expect(took).toEqual([null]);
  });

  it('never tells its key, nor what was sent', async () => {
    const quoting = refusal(`bad key ${KEY}\nfor "You compare."`, 401);
    const replies = [
      await openai(answering().fetch).ask(QUESTION),
      await openai(answering(quoting).fetch).ask(QUESTION),
      await openai(answering(() => new Response(`<b>${KEY}</b>`, { status: 500 })).fetch).ask(QUESTION),
    ];
    expect(JSON.stringify(replies)).not.toContain(KEY);
    expect(replies.map((reply) => reply.status === 'failed' && reply.detail)).toEqual([
      'the endpoint broke off',
      'HTTP 401: bad key [key] for "You compare."',
      'HTTP 500',
    ]);
  });

  it('takes a refusal of the model and a filter for what they are', async () => {
    const refused = json({ choices: [{ finish_reason: 'stop', message: { content: null, refusal: 'No.' } }] });
    expect(await openai(answering(refused).fetch).ask(QUESTION)).toMatchObject({ finish: 'filter', usage: null });
  });

  it('reads no body without an end', async () => {
    const endless = (): Response =>
      new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1 << 18).fill(32)) }));
    expect(await openai(answering(endless).fetch).ask(QUESTION)).toMatchObject({ status: 'failed', kind: 'garbage' });
  });

  it.each([
    [{ baseUrl: 'judge.test' }, /http or https URL/],
    [{ baseUrl: 'https://me:pass@judge.test' }, /no credentials/],
    [{ apiKey: `${KEY}\n` }, /printable ASCII/],
    [{ model: '' }, /expected a name/],
    [{ timeoutMs: 0 }, /above 0/],
  ])('refuses options it cannot use: %o', (wrong, message) => {
    const make = (): unknown => createOpenAIClient({ baseUrl: 'https://x.test', model: 'm', apiKey: KEY, ...wrong });
    expect(make).toThrow(message);
    try {
      make();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(String(error)).not.toContain(KEY);
      expect(String(error)).not.toContain('pass');
    }
  });
});

describe('a client of /v1/messages', () => {
  const USAGE = { input_tokens: 5, cache_read_input_tokens: 6, cache_creation_input_tokens: 1, output_tokens: 2 };

  it('has the judgement given as the input of a tool', async () => {
    const input = { reasoning: 'r', verdict: 'A', confidence: 1 };
    const content = [{ type: 'tool_use', id: 't', name: 'give_judgement', input }];
    const { fetch, sent } = answering(json({ model: 'claude-x-1', content, stop_reason: 'tool_use', usage: USAGE }));
    expect(await anthropic(fetch).ask(QUESTION)).toEqual({
      status: 'ok',
      text: JSON.stringify(input),
      finish: 'stop',
      finishReason: 'tool_use',
      model: 'claude-x-1',
      usage: { inputTokens: 12, outputTokens: 2 },
    });
    expect(sent[0]?.url).toBe('https://judge.test/v1/messages');
    expect(sent[0]?.headers).toMatchObject({ 'x-api-key': KEY, 'anthropic-version': '2023-06-01' });
    expect(sent[0]?.body).toMatchObject({
      system: 'You compare.',
      tool_choice: { type: 'tool', name: 'give_judgement' },
    });
  });

  it('takes JSON in the text where a tool is refused', async () => {
    const text = json({ content: [{ type: 'text', text: '{"verdict":"A"}' }], stop_reason: 'max_tokens' });
    const { fetch, sent } = answering(refusal('tool_choice may not be forced here'), text);
    expect(await anthropic(fetch).ask(QUESTION)).toMatchObject({
      text: '{"verdict":"A"}',
      finish: 'length',
      usage: null,
    });
    expect(sent[1]?.body).not.toHaveProperty('tools');
  });

  it('takes a negative count for unknown', async () => {
    const usage = { ...USAGE, cache_read_input_tokens: -600 };
    const { fetch } = answering(json({ content: [{ type: 'text', text: '{}' }], stop_reason: 'end_turn', usage }));
    expect(await anthropic(fetch).ask(QUESTION)).toMatchObject({ status: 'ok', usage: null });
  });

  it('tells an answer that is no message as garbage', async () => {
    expect(await anthropic(answering(json([])).fetch).ask(QUESTION)).toMatchObject({ kind: 'garbage' });
  });
});

describe('what a provider asks to wait', () => {
  const now = Date.parse('2026-11-21T10:00:00Z');
  it.each([
    [{ 'retry-after': '2' }, 2000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': 'Sat, 21 Nov 2026 10:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Sat, 21 Nov 2026 09:00:00 GMT' }, 0],
    [{ 'retry-after-ms': '250', 'retry-after': '9' }, 250],
    [{ 'retry-after': '999999' }, 3_600_000],
    [{ 'retry-after': 'soon' }, null],
    [{}, null],
  ])('%o', (headers, expected) => expect(retryAfterOf(new Headers(headers), now)).toBe(expected));
});
