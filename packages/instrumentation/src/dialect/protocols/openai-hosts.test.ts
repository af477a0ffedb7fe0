import { describe, expect, test } from 'vitest';
import type { ChangedRequest, RequestChange } from '../dialect.js';
import { openaiChat } from './openai-chat.js';
import { both, change, read, stream } from './openai.test.support.js';

/** Chat completions of hosts that speak OpenAI's protocols with an accent, in the shape they have them. */

const saying = (content: string): object => ({ role: 'assistant', parts: [{ type: 'text', content }] });
const thinking = (content: string): object => ({
  role: 'assistant',
  parts: [
    { type: 'text', content },
    { type: 'other', kind: 'reasoning' },
  ],
});

describe('Mistral', () => {
  const usage = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12, prompt_audio_seconds: null };
  const expected = {
    messages: [thinking('Hi there')],
    finish: 'length',
    finishReasons: ['model_length'],
    usage: { inputTokens: 5, outputTokens: 7 },
    model: 'magistral-small',
    id: 'cmpl-1',
  };
  const thought = { type: 'thinking', thinking: [{ type: 'text', text: 'Greet.' }] };
  const chunk = (delta: object, rest: object = {}, beside: object = {}): object => ({
    id: 'cmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'magistral-small',
    ...beside,
    choices: [{ index: 0, delta, finish_reason: null, logprobs: null, ...rest }],
  });

  test('answers with a list of chunks, and ends at the end of its window', () => {
    const content = [thought, { type: 'text', text: 'Hi ' }, { type: 'text', text: 'there' }, { type: 'reference' }];
    const message = { role: 'assistant', tool_calls: null, prefix: false, content };
    const choices = [{ index: 0, message, finish_reason: 'model_length' }];
    const whole = { id: 'cmpl-1', object: 'chat.completion', model: 'magistral-small', usage, choices };
    expect(both(openaiChat, JSON.stringify(whole))).toEqual(expected);
    const events = stream(
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: [thought] }),
      chunk({ content: [{ type: 'text', text: 'Hi ' }] }),
      chunk({ content: 'there' }),
      chunk({ content: '' }, { finish_reason: 'model_length' }, { usage }),
      '[DONE]',
    );
    expect(both(openaiChat, events)).toEqual(expected);
  });

  test('may give the arguments of a tool as a value', () => {
    const call = { id: 'a1', function: { name: 'f', arguments: { b: 1 } }, index: 0 };
    const choices = [
      { index: 0, message: { role: 'assistant', content: '', tool_calls: [call] }, finish_reason: 'tool_calls' },
    ];
    expect(both(openaiChat, JSON.stringify({ id: 'x', model: 'm', choices }))).toMatchObject({
      messages: [{ parts: [{ type: 'tool_call', id: 'a1', name: 'f', arguments: '{"b":1}' }] }],
      finish: 'tool_call',
    });
  });

  test('is asked with words of its own', () => {
    const body = {
      model: 'm',
      messages: [],
      random_seed: 7,
      safe_prompt: false,
      prompt_mode: 'reasoning',
      stop: ['x'],
    };
    expect(openaiChat.requestAttributes(JSON.stringify(body))).toMatchObject({ 'gen_ai.request.seed': 7 });
    expect(openaiChat.provider(new URL('https://api.mistral.ai/v1/chat/completions'))).toBe('mistral_ai');
    expect(changed(body)).toMatchObject({ status: 'ok', body: JSON.stringify(body) });
    expect(changed({ ...body, tools: [{ type: 'web_search' }] }).status).toBe('refused');
    const file = [{ role: 'user', content: [{ type: 'file', file_id: 'f' }] }];
    expect(changed({ ...body, messages: file }).status).toBe('refused');
  });
});

describe('Groq', () => {
  const usage = { queue_time: 0.9, prompt_tokens: 46, prompt_time: 0.005, completion_tokens: 84, total_tokens: 130 };
  const expected = {
    messages: [thinking('Hello')],
    finish: 'stop',
    finishReasons: ['stop'],
    usage: { inputTokens: 46, outputTokens: 84 },
    model: 'openai/gpt-oss-20b',
    id: 'chatcmpl-1',
    attributes: { 'openai.response.system_fingerprint': 'fp_1' },
  };
  const chunk = (delta: object, finish: string | null, rest: object): object => ({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'openai/gpt-oss-20b',
    system_fingerprint: 'fp_1',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    ...rest,
  });

  test('counts in a place of its own in a stream', () => {
    const events = stream(
      chunk({ role: 'assistant', content: '' }, null, { x_groq: { id: 'req_1' } }),
      chunk({ reasoning: 'Greet.', channel: 'analysis' }, null, {}),
      chunk({ content: 'Hello' }, null, {}),
      chunk({}, 'stop', { x_groq: { id: 'req_1', usage } }),
      '[DONE]',
    );
    expect(both(openaiChat, events)).toEqual(expected);
  });

  test('has its thoughts beside the content', () => {
    const message = { role: 'assistant', content: 'Hello', reasoning: 'Greet.' };
    const whole = {
      ...chunk({}, null, {}),
      choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
      usage,
      usage_breakdown: null,
      x_groq: { id: 'req_1' },
      service_tier: 'on_demand',
    };
    expect(both(openaiChat, JSON.stringify(whole))).toEqual({
      ...expected,
      attributes: { ...expected.attributes, 'openai.response.service_tier': 'on_demand' },
    });
  });

  test('is asked with words of its own; what it would search is not asked twice', () => {
    const body = { model: 'm', messages: [], reasoning_format: 'parsed', include_reasoning: true };
    expect(changed(body).status).toBe('ok');
    expect(changed({ ...body, search_settings: { include_domains: [] } }).status).toBe('refused');
    expect(changed({ ...body, compound_custom: {} }).status).toBe('refused');
  });
});

test('Together ends with a word of its own, and says more than was asked', () => {
  const chunk = (text: string, finish: string | null, usage: object | null): object => ({
    id: 'o-1',
    object: 'chat.completion.chunk',
    created: 1,
    choices: [
      {
        index: 0,
        text,
        logprobs: null,
        finish_reason: finish,
        seed: finish === null ? null : 42,
        delta: { token_id: 1, role: 'assistant', content: text, tool_calls: null },
      },
    ],
    model: 'meta-llama/Llama-3.3-70B-Instruct-Turbo',
    usage,
  });
  const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5, cached_tokens: 1 };
  expect(both(openaiChat, stream(chunk('Hel', null, null), chunk('lo', 'eos', usage), '[DONE]'))).toEqual({
    messages: [saying('Hello')],
    finish: 'stop',
    finishReasons: ['eos'],
    usage: { inputTokens: 3, outputTokens: 2, cachedInputTokens: 1 },
    model: 'meta-llama/Llama-3.3-70B-Instruct-Turbo',
    id: 'o-1',
  });
});

describe('vLLM', () => {
  test('answers with every field there is, most of them null', () => {
    const message = {
      role: 'assistant',
      content: 'Hello',
      refusal: null,
      annotations: null,
      audio: null,
      function_call: null,
      tool_calls: [],
      reasoning: null,
      reasoning_content: null,
    };
    const whole = {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1,
      model: 'Qwen/Qwen3-8B',
      choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop', stop_reason: null, token_ids: null }],
      service_tier: null,
      system_fingerprint: null,
      usage: { prompt_tokens: 9, total_tokens: 11, completion_tokens: 2, prompt_tokens_details: null },
      prompt_logprobs: null,
      prompt_token_ids: null,
      kv_transfer_params: null,
    };
    expect(both(openaiChat, JSON.stringify(whole))).toEqual({
      messages: [saying('Hello')],
      finish: 'stop',
      finishReasons: ['stop'],
      usage: { inputTokens: 9, outputTokens: 2 },
      model: 'Qwen/Qwen3-8B',
      id: 'chatcmpl-1',
    });
  });

  test('is asked with parameters of its own', () => {
    const body = {
      model: 'm',
      messages: [],
      chat_template_kwargs: { enable_thinking: false },
      guided_choice: ['a', 'b'],
    };
    expect(changed(body)).toMatchObject({ status: 'ok', body: JSON.stringify(body) });
    expect(changed({ ...body, kv_transfer_params: {} }).status).toBe('refused');
  });
});

describe('OpenRouter', () => {
  const chunk = (delta: object, rest: object = {}, beside: object = {}): object => ({
    id: 'gen-1',
    provider: 'Anthropic',
    model: 'anthropic/claude-sonnet-4.5',
    object: 'chat.completion.chunk',
    created: 1,
    choices: [{ index: 0, delta, finish_reason: null, native_finish_reason: null, logprobs: null, ...rest }],
    ...beside,
  });

  test('keeps the connection alive with comments, and says what another provider said', () => {
    const details = { prompt_tokens_details: { cached_tokens: 0 }, completion_tokens_details: { reasoning_tokens: 3 } };
    const events = [
      ': OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n',
      stream(
        chunk({ role: 'assistant', content: '', reasoning: 'Greet.', reasoning_details: [{ type: 'reasoning.text' }] }),
        chunk({ role: 'assistant', content: 'Hello' }),
        chunk({ role: 'assistant', content: '' }, { finish_reason: 'stop', native_finish_reason: 'end_turn' }),
        chunk(
          { role: 'assistant', content: '' },
          {},
          { usage: { prompt_tokens: 2, completion_tokens: 5, cost: 1e-5, ...details } },
        ),
        '[DONE]',
      ),
    ].join('');
    expect(both(openaiChat, events)).toMatchObject({
      messages: [thinking('Hello')],
      finish: 'stop',
      usage: { inputTokens: 2, outputTokens: 5, cachedInputTokens: 0, reasoningTokens: 3 },
    });
  });

  test('fails in the middle of a stream', () => {
    const error = { code: 'server_error', message: 'Provider disconnected unexpectedly' };
    const events = stream(chunk({ content: 'Hel' }), { ...chunk({ content: '' }, { finish_reason: 'error' }), error });
    expect(read(openaiChat, events).errorType).toBe('server_error');
  });

  describe('with models to fall back to', () => {
    const hosts = { provider: { only: ['azure'], zdr: true } };
    const body = { model: 'big', messages: [], ...hosts, temperature: 0 };
    const routed = { ...body, models: ['big', 'other'], route: 'fallback', safety_model: 'guard' };
    const made = (by: RequestChange): unknown => {
      const result = change(openaiChat, routed, by);
      return result.status === 'ok' ? JSON.parse(result.body) : result;
    };

    test.each<RequestChange>([{ model: 'small' }, { elsewhere: true }])(
      'has none of them answer for a candidate, and lets no other host see the prompt: %j',
      (by) => expect(made(by)).toEqual({ ...body, ...(by.model !== undefined && { model: by.model }) }),
    );

    test('is asked the same by a candidate of the same model there', () => {
      expect(made({})).toEqual(routed);
      expect(made({ parameters: { temperature: 1 } })).toEqual({ ...routed, temperature: 1 });
    });

    test('takes those that the candidate declares for itself, and none of the primary among them', () => {
      const by = { model: 'small', parameters: { models: ['small', 'smaller'] } };
      expect(made(by)).toEqual({ ...body, ...by.parameters, model: 'small' });
    });
  });

  test('is asked with words of its own; its plugins are not run twice', () => {
    const body = { model: 'm', messages: [], provider: { order: ['x'] }, models: ['a', 'b'], usage: { include: true } };
    expect(changed(body).status).toBe('ok');
    expect(changed({ ...body, plugins: [{ id: 'web' }] }).status).toBe('refused');
  });
});

function changed(body: object): ChangedRequest {
  return change(openaiChat, body, {});
}
