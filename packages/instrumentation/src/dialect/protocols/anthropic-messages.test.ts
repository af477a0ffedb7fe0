import { describe, expect, test } from 'vitest';
import type { CanonicalRequest } from '../canonical.js';
import type { ModelAnswer } from '../dialect.js';
import { anthropicMessages } from './anthropic-messages.js';

const REQUEST = { operation: 'chat', model: 'm', stream: true };
const url = new URL('https://api.anthropic.com/v1/messages');

function read(text: string): ModelAnswer | null {
  const reader = anthropicMessages.reader(REQUEST, 100_000);
  reader.push(new TextEncoder().encode(text));
  return reader.finish();
}

const stream = (...events: readonly { readonly type: string; readonly [field: string]: unknown }[]): string =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
const started = (usage: object): { readonly type: string; readonly message: object } => ({
  type: 'message_start',
  message: { id: 'msg', role: 'assistant', model: 'm-1', content: [], usage },
});
const ended = (delta: object, usage: object): { readonly type: string; readonly delta: object } => {
  const event = { type: 'message_delta', delta, usage };
  return event;
};
const whole = (rest: object): string =>
  JSON.stringify({ id: 'msg', role: 'assistant', model: 'm-1', content: [], ...rest });

describe('recognising', () => {
  test.each([
    ['https://gateway.example/anthropic/v1/messages?beta=true', true],
    ['https://x.services.ai.azure.com/anthropic/v1/messages', true],
    ['https://api.anthropic.com/v1/messages/msg_1', false],
    ['https://api.openai.com/v1/threads/t/messages', false],
  ])('%s: %s', (address, expected) => {
    expect(anthropicMessages.recognises('POST', new URL(address))).toBe(expected);
  });

  test.each([
    ['https://api.anthropic.com/', 'anthropic'],
    ['http://127.0.0.1:1/', 'anthropic'],
    ['https://x.services.ai.azure.com/', 'azure.ai.inference'],
  ])('%s is %s', (address, provider) => expect(anthropicMessages.provider(new URL(address))).toBe(provider));
});

test('the sampling parameters of the first version are attributes', () => {
  const body = { temperature: 0, top_p: 0.5, top_k: 40, max_tokens: 9, output_format: { type: 'json_schema' } };
  expect(anthropicMessages.requestAttributes(JSON.stringify(body))).toEqual({
    'gen_ai.request.temperature': 0,
    'gen_ai.request.top_p': 0.5,
    'gen_ai.request.top_k': 40,
    'gen_ai.request.max_tokens': 9,
    'gen_ai.output.type': 'json',
  });
});

describe('answers', () => {
  test.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['tool_use', 'tool_call'],
    ['refusal', 'content_filter'],
    ['pause_turn', 'pause_turn'],
  ])('%s is %s', (reason, finish) => {
    const expected = { finish, finishReasons: [reason] };
    expect(read(whole({ stop_reason: reason }))).toMatchObject(expected);
    expect(read(stream(started({}), ended({ stop_reason: reason }, {})))).toMatchObject(expected);
  });

  test('a refusal says why, behind what was said before it', () => {
    const stop = { stop_reason: 'refusal', stop_details: { type: 'refusal', category: 'bio', explanation: 'No.' } };
    const parts = [
      { type: 'text', content: 'Well' },
      { type: 'refusal', content: 'No.' },
    ];
    expect(read(whole({ content: [{ type: 'text', text: 'Well' }], ...stop }))?.messages[0]?.parts).toEqual(parts);
    const block = { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'Well' } };
    expect(read(stream(started({}), block, ended(stop, {})))?.messages[0]?.parts).toEqual(parts);
  });

  test.each([
    ['nothing cached', { input_tokens: 5 }, { output_tokens: 2 }, { inputTokens: 5, outputTokens: 2 }],
    [
      'counts that are null',
      { input_tokens: 5, cache_read_input_tokens: null, cache_creation_input_tokens: null },
      { input_tokens: null, output_tokens: 2 },
      { inputTokens: 5, outputTokens: 2 },
    ],
    [
      'counts that grow',
      { input_tokens: 5, cache_read_input_tokens: 10, output_tokens: 1 },
      { input_tokens: 7, cache_read_input_tokens: 20, cache_creation_input_tokens: 100, output_tokens: 2 },
      { inputTokens: 127, cachedInputTokens: 20, cacheCreationInputTokens: 100, outputTokens: 2 },
    ],
    [
      'only the fresh ones again',
      { input_tokens: 5, cache_read_input_tokens: 10, cache_creation_input_tokens: 0 },
      { input_tokens: 6, output_tokens: 2 },
      { inputTokens: 16, cachedInputTokens: 10, cacheCreationInputTokens: 0, outputTokens: 2 },
    ],
    [
      'only the cached ones again',
      { input_tokens: 5, cache_read_input_tokens: 10 },
      { cache_read_input_tokens: 11 },
      { inputTokens: 16, cachedInputTokens: 11 },
    ],
    ['input never counted', {}, { cache_read_input_tokens: 3 }, { cachedInputTokens: 3 }],
    ['garbage', { input_tokens: -1 }, { input_tokens: '5', output_tokens: 1.5 }, {}],
  ])('the input is the sum of fresh, read and written: %s', (_name, first, last, usage) => {
    expect(read(stream(started(first), ended({}, last)))?.usage).toEqual(usage);
  });

  test('the whole input in the start of a call, as some gateways have it', () => {
    const block = { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } };
    const answer = read(stream(started({}), { type: 'content_block_start', index: 0, content_block: block }));
    expect(answer?.messages[0]?.parts).toEqual([{ type: 'tool_call', id: 't', name: 'f', arguments: '{"a":1}' }]);
  });
});

describe("the candidate's request", () => {
  const CANONICAL: CanonicalRequest = {
    model: 'm',
    stream: false,
    system: null,
    messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hi.' }] }],
    tools: [],
    toolChoice: null,
    parallelToolCalls: null,
    output: null,
    parameters: { maxTokens: 9 },
  };
  const write = (request: Partial<CanonicalRequest>, declared: readonly string[] = []): unknown => {
    const written = anthropicMessages.shadow?.translation?.write({ ...CANONICAL, ...request }, new Set(declared));
    return written?.status === 'ok' ? written.body : written?.detail;
  };

  test('a system prompt where there was none, and over instructions at the head of the conversation', () => {
    const changed = (request: object): unknown => {
      const result = anthropicMessages.shadow?.change(
        { url, body: JSON.stringify(request) },
        { system: (present) => `${present} new` },
      );
      return result?.status === 'ok' ? JSON.parse(result.body) : result;
    };
    const user = { role: 'user', content: 'q' };
    expect(changed({ messages: [user] })).toEqual({ system: 'null new', messages: [user] });
    expect(changed({ system: 'a', messages: [{ role: 'system', content: 'b' }, user] })).toEqual({
      system: 'a\n\nb new',
      messages: [user],
    });
  });

  test('a limit of tokens is demanded, of the primary or of the candidate', () => {
    expect(write({ parameters: {} })).toContain('`max_tokens`');
    expect(write({ parameters: {} }, ['max_tokens'])).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'Hi.' }],
    });
  });

  test.each(['temperature', 'topP', 'topK'] as const)(
    '%s has no word since 2026-10-21, but in the declaration',
    (name) => {
      const field = { temperature: 'temperature', topP: 'top_p', topK: 'top_k' }[name];
      expect(write({ parameters: { maxTokens: 9, [name]: 1 } })).toContain(field);
      expect(write({ parameters: { maxTokens: 9, [name]: 1 } }, [field])).not.toHaveProperty(field);
    },
  );

  test.each([
    [{ parameters: { maxTokens: 9, seed: 1 } }, 'seed'],
    [{ parameters: { maxTokens: 9, reasoningEffort: 'low' } }, 'reasoning_effort'],
    [{ output: { type: 'json' } as const }, 'schema'],
    [{ messages: [{ role: 'assistant', parts: [{ type: 'text', text: 'a' }] }] as const }, 'assistant'],
    [
      {
        messages: [
          {
            role: 'user',
            parts: [{ type: 'image', source: { kind: 'data', mediaType: 'image/tiff', data: 'AA' } }],
          },
        ] as const,
      },
      'image',
    ],
  ])('refused: %j', (request, detail) => expect(write(request)).toContain(detail));

  test('results of calls made at once stand in one turn', () => {
    const result = (id: string): CanonicalRequest['messages'][number] => ({
      role: 'user',
      parts: [{ type: 'tool_result', id, name: 'f', text: id }],
    });
    expect(write({ messages: [...CANONICAL.messages, result('a'), result('b')] })).toMatchObject({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Hi.' },
            { type: 'tool_result', tool_use_id: 'a', content: 'a' },
            { type: 'tool_result', tool_use_id: 'b', content: 'b' },
          ],
        },
      ],
    });
  });

  const tools = [{ name: 'f', description: null, parameters: {}, strict: null }];
  test.each([
    [null, false, { type: 'auto', disable_parallel_tool_use: true }],
    [null, true, undefined],
    [{ type: 'required' }, null, { type: 'any' }],
    [{ type: 'tool', name: 'f' }, false, { type: 'tool', name: 'f', disable_parallel_tool_use: true }],
    [{ type: 'none' }, false, { type: 'none' }],
  ] as const)('tool choice %j, parallel %s', (toolChoice, parallelToolCalls, expected) => {
    expect(write({ tools, toolChoice, parallelToolCalls })).toEqual({
      model: 'm',
      max_tokens: 9,
      messages: [{ role: 'user', content: 'Hi.' }],
      tools: [{ name: 'f', input_schema: { type: 'object' } }],
      ...(expected !== undefined && { tool_choice: expected }),
    });
  });
});
