import { describe, expect, test } from 'vitest';
import type { CanonicalRequest } from '../canonical.js';
import { ollamaChat } from './ollama-chat.js';
import { ollamaGenerate } from './ollama-generate.js';

const url = new URL('http://localhost:11434/api/chat');
const { shadow } = ollamaChat;
const translation = shadow?.translation ?? null;
if (shadow === null || translation === null) throw new Error('never translated');

describe('requests', () => {
  test.each([
    ['{"model":"m","messages":[]}', true],
    ['{"model":"m","stream":null}', true],
    ['{"model":"m","stream":true}', true],
    ['{"model":"m","stream":false}', false],
  ])('stream unless told not to: %s', (body, stream) => expect(ollamaChat.skim({ url, body })?.stream).toBe(stream));

  test('of other applications under the same path are not taken for its own', () => {
    const body = JSON.stringify({ id: 'chat-1', messages: [{ role: 'user', parts: [] }], trigger: 'submit-message' });
    expect(ollamaChat.skim({ url, body })).toBeNull();
  });

  test.each(['{"model":"m"}', '{"model":"m","messages":[],"keep_alive":0}'])(
    'that only load or unload a model are not repeated: %s',
    (body) => expect(shadow.change({ url, body }, {})).toMatchObject({ status: 'refused' }),
  );

  test('to generate nothing are not repeated either, and those with a picture and no words are', () => {
    const change = (body: object): string | undefined =>
      ollamaGenerate.shadow?.change({ url, body: JSON.stringify({ model: 'm', ...body }) }, {}).status;
    expect([change({}), change({ prompt: '' }), change({ prompt: '', images: ['AA=='] })]).toEqual([
      'refused',
      'refused',
      'ok',
    ]);
  });

  test('have options, which a candidate may change one by one', () => {
    const body = JSON.stringify({
      model: 'm',
      messages: [{ role: 'user', content: 'q' }],
      options: { seed: 1, top_k: 2 },
    });
    const changed = shadow.change({ url, body }, { parameters: { options: { seed: null, top_k: 3 } } });
    expect(changed.status === 'ok' && JSON.parse(changed.body)).toMatchObject({ options: { top_k: 3 } });
  });
});

describe('answers', () => {
  const read = (lines: readonly object[]): unknown => {
    const reader = ollamaChat.reader({ operation: 'chat', model: 'm', stream: true }, 100_000);
    for (const line of lines) reader.push(new TextEncoder().encode(`${JSON.stringify(line)}\r\n`));
    return { terminal: reader.terminal, ...reader.finish() };
  };

  test('of older servers end without a reason', () => {
    const message = { role: 'assistant', content: 'a' };
    expect(read([{ model: 'm', message, done: true }])).toMatchObject({ terminal: true, finish: 'stop' });
  });

  test('that call one tool twice call it twice, whatever lines they come in', () => {
    const calling = (...cities: readonly string[]): object => ({
      message: {
        role: 'assistant',
        tool_calls: cities.map((city) => ({ function: { name: 'f', arguments: { city } } })),
      },
    });
    const { messages } = read([calling('a', 'b'), calling('c'), { done: true }]) as { messages: [{ parts: object[] }] };
    expect(messages[0].parts.map((part) => 'arguments' in part && part.arguments)).toEqual([
      '{"city":"a"}',
      '{"city":"b"}',
      '{"city":"c"}',
    ]);
  });
});

describe('translation', () => {
  const request: CanonicalRequest = {
    model: 'm',
    stream: false,
    system: null,
    messages: [{ role: 'user', parts: [{ type: 'text', text: 'q' }] }],
    tools: [],
    toolChoice: null,
    parallelToolCalls: null,
    output: null,
    parameters: {},
  };

  test('says whether to stream, since silence would be yes', () => {
    expect(translation.write(request, new Set())).toEqual({
      status: 'ok',
      path: '/api/chat',
      body: { model: 'm', messages: [{ role: 'user', content: 'q' }], stream: false },
    });
  });

  test.each([
    { toolChoice: { type: 'required' as const } },
    { parallelToolCalls: false },
    { parameters: { verbosity: 'low' } },
    { parameters: { reasoningEffort: 'xhigh' } },
    {
      messages: [
        {
          role: 'user' as const,
          parts: [{ type: 'image' as const, source: { kind: 'url' as const, url: 'https://x' } }],
        },
      ],
    },
  ])('skips what has no equivalent: %j', (rest) =>
    expect(translation.write({ ...request, ...rest }, new Set())).toMatchObject({ reason: 'untranslatable' }),
  );

  test('reads an endless answer as one without a limit, and results by the id of the call', () => {
    const body = JSON.stringify({
      model: 'm',
      options: { num_predict: -1, num_ctx: 4096 },
      messages: [
        { role: 'assistant', content: '', tool_calls: [{ id: 'x', function: { name: 'f', arguments: {} } }] },
        { role: 'tool', content: 'done', tool_call_id: 'x' },
      ],
    });
    expect(translation.read({ url, body })).toMatchObject({
      request: {
        parameters: {},
        messages: [{ role: 'assistant' }, { parts: [{ type: 'tool_result', id: 'x', name: 'f', text: 'done' }] }],
      },
    });
  });
});
