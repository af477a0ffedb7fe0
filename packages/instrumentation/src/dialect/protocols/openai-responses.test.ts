import { describe, expect, test } from 'vitest';
import { openaiResponses } from './openai-responses.js';
import { both, change, read, stream } from './openai.test.support.js';

const saying = (content: string): object => ({ role: 'assistant', parts: [{ type: 'text', content }] });

describe('OpenAI responses, there and elsewhere', () => {
  const item = {
    id: 'm1',
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: 'Hello' }],
  };
  const usage = { input_tokens: 4, output_tokens: 2, total_tokens: 6 };
  const of = (status: string, rest: object): object => ({
    id: 'resp_1',
    object: 'response',
    model: 'gpt-oss',
    status,
    ...rest,
  });
  const expected = {
    messages: [saying('Hello')],
    finish: 'stop',
    finishReasons: ['completed'],
    usage: { inputTokens: 4, outputTokens: 2 },
    model: 'gpt-oss',
    id: 'resp_1',
  };
  const created = { type: 'response.created', response: of('in_progress', { output: [] }) };

  test.each([
    [
      'Azure, which filters',
      stream(
        created,
        { type: 'response.output_item.done', output_index: 0, item },
        {
          type: 'response.completed',
          response: of('completed', { output: [item], usage, content_filters: [{ blocked: false }] }),
        },
      ),
    ],
    [
      'the whole only at the end',
      stream(created, { type: 'response.completed', response: of('completed', { output: [item], usage }) }, '[DONE]'),
    ],
    [
      'nothing of the whole at the end',
      stream(
        created,
        { type: 'response.output_item.done', output_index: 0, item },
        { type: 'response.completed', response: of('completed', { output: [], usage }) },
      ),
    ],
    ['a body without a status', JSON.stringify({ ...of('', { output: [item], usage }), status: undefined })],
  ])('%s', (_, text) => expect(both(openaiResponses, text)).toEqual(expected));

  test.each([
    ['max_output_tokens', 'length'],
    ['content_filter', 'content_filter'],
  ])('an answer that is incomplete by %s', (reason, finish) => {
    const response = of('incomplete', { incomplete_details: { reason }, output: [item], usage });
    const ended = { ...expected, finish, finishReasons: [reason] };
    expect(both(openaiResponses, JSON.stringify(response))).toEqual(ended);
    expect(both(openaiResponses, stream(created, { type: 'response.incomplete', response }))).toEqual(ended);
  });

  test('a refusal, and what a tool of the provider did', () => {
    const output = [
      { type: 'web_search_call', id: 'ws_1', status: 'completed' },
      { ...item, content: [{ type: 'refusal', refusal: 'No.' }] },
      { type: 'custom_tool_call', call_id: 'c1', name: 'sql', input: 'select 1' },
    ];
    const { answer } = read(openaiResponses, JSON.stringify(of('completed', { output })));
    expect(answer?.messages[0]?.parts).toEqual([
      { type: 'other', kind: 'web_search_call' },
      { type: 'refusal', content: 'No.' },
      { type: 'tool_call', id: 'c1', name: 'sql', arguments: 'select 1' },
    ]);
  });

  test('what runs in the background has no answer yet', () => {
    const { answer, errorType } = read(openaiResponses, JSON.stringify(of('queued', { background: true, output: [] })));
    expect([answer, errorType]).toEqual([
      { messages: [], finish: null, finishReasons: [], usage: null, model: 'gpt-oss', id: 'resp_1' },
      null,
    ]);
  });

  test.each([
    [{ model: 'm', input: 'x', conversation: { id: 'conv_1' } }, { 'gen_ai.conversation.id': 'conv_1' }],
    [{ model: 'm', input: 'x', conversation: 'conv_2' }, { 'gen_ai.conversation.id': 'conv_2' }],
    [{ model: 'm', input: 'x', service_tier: 'auto' }, {}],
  ])('attributes of %j', (body, attributes) => {
    expect(openaiResponses.requestAttributes(JSON.stringify(body))).toEqual({
      'openai.api.type': 'responses',
      ...attributes,
    });
  });

  test('a body without a model is one only where it goes on from state', () => {
    const skim = (body: object): unknown =>
      openaiResponses.skim({ url: new URL('https://app.example/surveys/1/responses'), body: JSON.stringify(body) });
    expect(skim({ answers: ['yes'] })).toBeNull();
    expect(skim({ prompt: { id: 'p' } })).toMatchObject({ model: null, stream: false });
  });

  test.each([
    [
      { instructions: 'old', input: 'q' },
      { instructions: 'new', input: 'q' },
    ],
    [{ input: 'q' }, { input: 'q', instructions: 'new' }],
    [
      {
        input: [
          { role: 'developer', content: [{ type: 'input_text', text: 'old' }] },
          { role: 'user', content: 'q' },
        ],
      },
      {
        input: [
          { role: 'developer', content: 'new' },
          { role: 'user', content: 'q' },
        ],
      },
    ],
    [
      {
        instructions: 'a',
        input: [
          { role: 'system', content: 'b' },
          { role: 'user', content: 'q' },
        ],
      },
      { instructions: 'new', input: [{ role: 'user', content: 'q' }] },
    ],
  ])('other instructions: %#', (request, expectedRequest) => {
    const texts: (string | null)[] = [];
    const result = change(
      openaiResponses,
      { model: 'm', ...request },
      {
        system: (text) => {
          texts.push(text);
          return 'new';
        },
      },
    );
    expect(result.status === 'ok' && JSON.parse(result.body)).toEqual({ model: 'm', ...expectedRequest, store: false });
    expect(texts).toHaveLength(1);
  });

  test('nothing is stored, whatever the primary says', () => {
    for (const store of [undefined, null, true]) {
      const result = change(openaiResponses, { model: 'm', input: 'q', store }, {});
      expect(result.status === 'ok' && JSON.parse(result.body)).toEqual({ model: 'm', input: 'q', store: false });
    }
    expect(change(openaiResponses, { model: 'm', input: 'q' }, { parameters: { store: true } })).toMatchObject({
      body: '{"model":"m","input":"q","store":false}',
    });
    const idle = { model: 'm', input: 'q', background: false, previous_response_id: null, store: false };
    expect(change(openaiResponses, idle, {})).toMatchObject({ body: JSON.stringify(idle) });
  });
});
