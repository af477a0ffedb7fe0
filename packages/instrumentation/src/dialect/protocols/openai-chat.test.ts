import { describe, expect, test } from 'vitest';
import type { ChangedRequest, ModelAnswer, RequestChange } from '../dialect.js';
import { openingOf } from '../opening.js';
import { openaiChat } from './openai-chat.js';

const REQUEST = { operation: 'chat', model: 'm', stream: true };
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const event = (data: unknown): string => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
const chunk = (delta: object, rest: object = {}): object => ({
  id: 'c1',
  model: 'm-1',
  choices: [{ index: 0, delta, ...rest }],
});

function read(
  text: string,
  options?: { content?: boolean },
  maxBytes = 100_000,
): { answer: ModelAnswer | null; errorType: string | null; truncated: boolean; terminal: boolean } {
  const reader = openaiChat.reader(REQUEST, maxBytes, options);
  const bytes = encode(text);
  for (let at = 0; at < bytes.length; at += 37) reader.push(bytes.slice(at, at + 37));
  const answer = reader.finish();
  return { answer, errorType: reader.errorType, truncated: reader.truncated, terminal: reader.terminal };
}

const url = new URL('https://api.openai.com/v1/chat/completions');
function changed(body: string, by: RequestChange): ChangedRequest {
  return openaiChat.shadow?.change({ url, body }, by) ?? { status: 'refused', reason: 'unparsable', detail: '' };
}

function change(request: object, by: RequestChange): unknown {
  const result = changed(JSON.stringify({ model: 'm', messages: [], ...request }), by);
  return result.status === 'ok' ? JSON.parse(result.body) : result.reason;
}

describe('recognising', () => {
  test.each([
    ['POST', 'https://api.openai.com/v1/chat/completions', true],
    ['POST', 'https://x.openai.azure.com/openai/deployments/d/chat/completions?api-version=1', true],
    ['GET', 'https://api.openai.com/v1/chat/completions', false],
    ['POST', 'https://api.openai.com/v1/responses', false],
    ['POST', 'https://api.openai.com/v1/chat/completions/abc', false],
  ])('%s %s: %s', (method, url, expected) => expect(openaiChat.recognises(method, new URL(url))).toBe(expected));

  test.each([
    ['https://api.openai.com/', 'openai'],
    ['https://x.openai.azure.com/', 'azure.ai.openai'],
    ['https://api.groq.com/', 'groq'],
    ['https://evil-notgroq.com/', 'openai'],
    ['http://127.0.0.1:1/', 'openai'],
  ])('%s is %s', (url, provider) => expect(openaiChat.provider(new URL(url))).toBe(provider));
});

describe('requests', () => {
  test('skims model and stream', () => {
    expect(
      openaiChat.skim({ url, body: '{"messages":[{"content":"\\"model\\":1"}],"model":"gpt","stream":true}' }),
    ).toMatchObject({
      operation: 'chat',
      model: 'gpt',
      stream: true,
    });
    expect(openaiChat.skim({ url, body: '{"model":5}' })).toMatchObject({ model: null, stream: false, described: {} });
    expect(openaiChat.skim({ url, body: 'nonsense' })).toBeNull();
  });

  test('are described on the way, as they are by themselves', () => {
    const body = '{"temperature":0.5,"model":"gpt","messages":[],"seed":7,"stop":"END"}';
    const described = openaiChat.requestAttributes(body);
    expect(openaiChat.skim({ url, body })).toMatchObject({ described });
    expect(described).toMatchObject({ 'gen_ai.request.seed': 7 });
  });

  test('gives the attributes of the conventions', () => {
    const body = {
      temperature: 0,
      max_tokens: 5,
      max_completion_tokens: 9,
      stop: 'x',
      n: 2,
      seed: 7,
      response_format: { type: 'json_schema' },
    };
    expect(openaiChat.requestAttributes(JSON.stringify(body))).toEqual({
      'gen_ai.request.temperature': 0,
      'gen_ai.request.max_tokens': 9,
      'gen_ai.request.stop_sequences': ['x'],
      'gen_ai.request.choice.count': 2,
      'gen_ai.request.seed': 7,
      'gen_ai.output.type': 'json',
      'openai.api.type': 'chat_completions',
    });
    expect(openaiChat.requestAttributes('{"temperature":"hot","n":1}')).toEqual({
      'openai.api.type': 'chat_completions',
    });
  });

  test('parses messages of every kind', () => {
    const messages = [
      { role: 'developer', content: 'be terse' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'see' },
          { type: 'image_url', image_url: { url: 'https://x' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 't', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 't', content: 'done' },
    ];
    expect(openaiChat.messages(JSON.stringify({ messages }))).toEqual([
      { role: 'developer', parts: [{ type: 'text', content: 'be terse' }] },
      {
        role: 'user',
        parts: [
          { type: 'text', content: 'see' },
          { type: 'other', kind: 'image_url' },
        ],
      },
      { role: 'assistant', parts: [{ type: 'tool_call', id: 't', name: 'f', arguments: '{}' }] },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 't', response: 'done' }] },
    ]);
    expect(() => openaiChat.messages('{"messages":"no list"}')).toThrow('messages');
  });

  test('the opening of a conversation stays as it goes on', () => {
    const first = [
      { role: 'system', content: 's' },
      { role: 'user', content: 'a' },
    ];
    const later = [...first, { role: 'assistant', content: 'b' }, { role: 'user', content: 'c' }];
    const [one, two, other] = [first, later, [{ role: 'user', content: 'a' }]].map((messages) =>
      openingOf(openaiChat.messages(JSON.stringify({ messages }))),
    );
    expect(one).toBe(two);
    expect(one).not.toBe(other);
  });
});

describe('answers', () => {
  const usage = {
    prompt_tokens: 3,
    completion_tokens: 4,
    prompt_tokens_details: { cached_tokens: 1 },
    completion_tokens_details: { reasoning_tokens: 2 },
  };
  const counted = { inputTokens: 3, outputTokens: 4, cachedInputTokens: 1, reasoningTokens: 2 };

  test('one JSON body, several choices', () => {
    const choices = [
      { index: 0, message: { role: 'assistant', content: 'héllo' }, finish_reason: 'stop' },
      { index: 1, message: { role: 'assistant', content: null, refusal: 'no' }, finish_reason: 'content_filter' },
    ];
    const { answer } = read(JSON.stringify({ id: 'c1', model: 'm-1', choices, usage }));
    expect(answer).toEqual({
      messages: [
        { role: 'assistant', parts: [{ type: 'text', content: 'héllo' }] },
        { role: 'assistant', parts: [{ type: 'refusal', content: 'no' }] },
      ],
      finish: 'stop',
      finishReasons: ['stop', 'content_filter'],
      usage: counted,
      model: 'm-1',
      id: 'c1',
    });
  });

  const STREAM = [
    chunk({ role: 'assistant', content: '' }),
    chunk({ content: 'hél' }),
    chunk({ content: 'lo "usage":{' }),
    chunk({ tool_calls: [{ index: 0, id: 't1', function: { name: 'f', arguments: '' } }] }),
    chunk({ tool_calls: [{ index: 1, id: 't2', function: { name: 'g', arguments: '{"b"' } }] }),
    chunk({
      tool_calls: [
        { index: 0, function: { arguments: '{"a":1}' } },
        { index: 1, function: { arguments: ':2}' } },
      ],
    }),
    chunk({}, { finish_reason: 'tool_calls' }),
    { id: 'c1', model: 'm-1', choices: [], usage },
    '[DONE]',
  ]
    .map(event)
    .join('');

  test('a stream of chunks', () => {
    const { answer, terminal } = read(STREAM);
    expect(terminal).toBe(true);
    expect(answer?.messages).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'text', content: 'héllo "usage":{' },
          { type: 'tool_call', id: 't1', name: 'f', arguments: '{"a":1}' },
          { type: 'tool_call', id: 't2', name: 'g', arguments: '{"b":2}' },
        ],
      },
    ]);
  });

  test('without the content the numbers are the same', () => {
    const { messages: _kept, ...numbers } = read(STREAM).answer ?? {};
    const { messages, ...light } = read(STREAM, { content: false }).answer ?? {};
    expect(light).toEqual(numbers);
    expect(light).toMatchObject({ usage: counted, finish: 'tool_call', finishReasons: ['tool_calls'] });
    expect(messages).toEqual([]);
  });

  test('past the cap the text is dropped and the numbers are still read', () => {
    const { answer, truncated } = read(STREAM, {}, 100);
    expect(truncated).toBe(true);
    expect(answer).toMatchObject({ messages: [], usage: counted, finish: 'tool_call' });
  });

  test('a JSON body past the cap is no answer, and says why', () => {
    expect(read(JSON.stringify({ choices: [], pad: 'x'.repeat(500) }), {}, 300)).toMatchObject({
      answer: null,
      truncated: true,
    });
  });

  test.each([
    [event(chunk({ content: 'a' })) + event({ error: { code: 'overloaded', message: 'x' } }), 'overloaded'],
    [event({ error: { type: 'server_error', code: null } }), 'server_error'],
    [event({ error: { code: 502 } }), '502'],
    [event({ error: 'told in words, with spaces' }), 'provider_error'],
    ['{"error":{"type":"quota"}}', 'quota'],
    // A key, an id or a time would be a secret in the telemetry, or a series of a metric each.
    [event({ error: { code: 'sk-proj-Ab3dEf6hIj9l' } }), 'provider_error'],
    [event({ error: { code: 'req_0198f2c4e7a1', type: 'server_error' } }), 'server_error'],
    [event({ error: { code: 1795251600123 } }), 'provider_error'],
    [event({ error: { code: 'x'.repeat(60) } }), 'provider_error'],
  ])('an error inside: %#', (text, errorType) => {
    expect(read(text).errorType).toBe(errorType);
    expect(read(text, { content: false }).errorType).toBe(errorType);
  });

  test.each(['', '<html></html>', '{"choices":', '[]', 'data: nonsense\n\n', 'null'])('not an answer: %j', (text) => {
    expect(read(text)).toMatchObject({ answer: null, errorType: null });
  });

  test('counts that are no counts are absent', () => {
    const odd = { choices: [], usage: { prompt_tokens: -1, completion_tokens: 1.5, prompt_tokens_details: null } };
    expect(read(JSON.stringify(odd)).answer?.usage).toEqual({});
  });
});

describe("the candidate's request", () => {
  test("nothing to change: the primary's own bytes", () => {
    const body = '{ "model": "m",  "messages": [], "temperature": 1.0 }';
    expect(changed(body, {})).toEqual({ status: 'ok', url, body });
    expect(changed(body, { model: 'm' })).toEqual({ status: 'ok', url, body });
  });

  test('model and parameters, null to remove one', () => {
    const result = change(
      { temperature: 1, seed: 3 },
      { model: 'other', parameters: { temperature: 0, seed: null, chat_template_kwargs: {} } },
    );
    expect(result).toEqual({ model: 'other', messages: [], temperature: 0, chat_template_kwargs: {} });
  });

  test('what leaves a trace at the provider is stripped', () => {
    const traces = { store: true, metadata: { a: 'b' }, user: 'u', safety_identifier: 's', prompt_cache_key: 'k' };
    expect(change(traces, {})).toEqual({ model: 'm', messages: [] });
  });

  test.each([
    { web_search_options: {} },
    { background: true },
    { audio: { voice: 'x' } },
    { modalities: ['text', 'audio'] },
    { never_heard_of: 1 },
    { tools: [{ type: 'function' }, { type: 'mcp' }] },
    { messages: [{ role: 'assistant', audio: { id: 'a' } }] },
    { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }] },
  ])('refused: %j', (request) => expect(change(request, {})).toBe('disallowed_feature'));

  test.each([{ store: true }, { background: true }, { messages: [] }, { stream: false }, { model: 'x' }])(
    'a candidate cannot declare %j into a shadow',
    (parameters) => {
      const result = change({ stream: true }, { parameters });
      expect(result === 'disallowed_feature' || !('store' in (result as object))).toBe(true);
    },
  );

  test.each([
    [
      [{ role: 'user', content: 'q' }],
      [
        { role: 'system', content: 'new' },
        { role: 'user', content: 'q' },
      ],
    ],
    [
      [
        { role: 'developer', content: 'old' },
        { role: 'system', content: 'more' },
        { role: 'user', content: 'q' },
      ],
      [
        { role: 'developer', content: 'new' },
        { role: 'user', content: 'q' },
      ],
    ],
    [[{ role: 'system', content: 'old' }], [{ role: 'system', content: 'new' }]],
    [[], [{ role: 'system', content: 'new' }]],
  ])('the system prompt is replaced: %#', (messages, expected) => {
    expect(change({ messages }, { system: () => 'new' })).toEqual({ model: 'm', messages: expected });
  });

  test.each(['', '[]', '{"model":"m"}', '{"messages":{}}'])('unparsable: %j', (body) => {
    expect(changed(body, { model: 'x' })).toMatchObject({ status: 'refused', reason: 'unparsable' });
  });

  test('nested deeper than can be written again', () => {
    const body = `{"model":"m","messages":[${'['.repeat(100_000)}${']'.repeat(100_000)}]}`;
    const result = changed(body, { model: 'x' });
    // From Node 26 on it can be.
    if (result.status === 'ok') expect(JSON.parse(result.body)).toMatchObject({ model: 'x' });
    else expect(result).toMatchObject({ status: 'refused', reason: 'unparsable' });
  });

  test('a key named __proto__ is a field like any other', () => {
    expect(changed('{"messages":[],"__proto__":{"store":true}}', {})).toMatchObject({
      status: 'refused',
      reason: 'disallowed_feature',
    });
  });
});
