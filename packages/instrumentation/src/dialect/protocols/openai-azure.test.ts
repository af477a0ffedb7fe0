import { describe, expect, test } from 'vitest';
import type { ModelAnswer } from '../dialect.js';
import { openaiChat } from './openai-chat.js';
import { openaiEmbeddings } from './openai-embeddings.js';
import { openaiResponses } from './openai-responses.js';
import { both, change, stream } from './openai.test.support.js';

const saying = (content: string): object => ({ role: 'assistant', parts: [{ type: 'text', content }] });
const FILTERED = { hate: { filtered: false, severity: 'safe' }, jailbreak: { filtered: false, detected: false } };

describe('Azure', () => {
  const AT = 'https://x.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21';
  const FOUNDRY = 'https://x.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview';

  test('says first, without a model, what it filtered', () => {
    const chunk = (choice: object): object => ({
      choices: [{ content_filter_results: FILTERED, finish_reason: null, index: 0, logprobs: null, ...choice }],
      created: 1,
      id: 'chatcmpl-1',
      model: 'gpt-4.1-2025-04-14',
      object: 'chat.completion.chunk',
      system_fingerprint: 'fp_1',
      usage: null,
    });
    const events = stream(
      {
        choices: [],
        created: 0,
        id: '',
        model: '',
        object: '',
        prompt_filter_results: [{ prompt_index: 0, content_filter_results: FILTERED }],
      },
      chunk({ delta: { content: '', refusal: null, role: 'assistant' } }),
      chunk({ delta: { content: 'Hello' } }),
      chunk({ delta: {}, finish_reason: 'content_filter' }),
      // With the asynchronous filter, also of what was said before.
      {
        id: '',
        object: '',
        created: 0,
        model: '',
        choices: [{ index: 0, finish_reason: null, content_filter_results: FILTERED }],
      },
      '[DONE]',
    );
    expect(both(openaiChat, events)).toEqual({
      messages: [saying('Hello')],
      finish: 'content_filter',
      finishReasons: ['content_filter'],
      usage: null,
      model: 'gpt-4.1-2025-04-14',
      id: 'chatcmpl-1',
      attributes: { 'openai.response.system_fingerprint': 'fp_1' },
    });
  });

  test('has the model in its path', () => {
    const body = JSON.stringify({ messages: [] });
    expect(openaiChat.skim({ url: new URL(AT), body })).toMatchObject({ model: 'my gpt' });
    expect(openaiChat.provider(new URL(AT))).toBe('azure.ai.openai');
    const other = openaiChat.shadow?.change({ url: new URL(AT), body }, { model: 'a/$&' });
    expect(other?.status === 'ok' && [other.url.href, JSON.parse(other.body)]).toEqual([
      'https://x.openai.azure.com/openai/deployments/a%2F%24%26/chat/completions?api-version=2024-10-21',
      { messages: [], model: 'a/$&' },
    ]);
    const same = openaiChat.shadow?.change({ url: new URL(AT), body }, {});
    expect(same).toEqual({ status: 'ok', url: new URL(AT), body });
  });

  test('takes its key in a header of its own', () => {
    const header = (url: string): unknown => Object.keys(openaiChat.shadow?.authorize('k', new URL(url)) ?? {});
    expect(header(AT)).toEqual(['api-key']);
    expect(header(FOUNDRY)).toEqual(['api-key']);
    expect(header('https://x.openai.azure.com/openai/v1/responses')).toEqual(['api-key']);
    expect(header('https://gateway.example/azure/openai/deployments/d/chat/completions')).toEqual(['api-key']);
    expect(header('https://api.groq.com/openai/v1/chat/completions')).toEqual(['authorization']);
  });

  test('is recognised by all its paths', () => {
    for (const url of [AT, FOUNDRY, 'https://x.openai.azure.com/openai/v1/chat/completions?api-version=preview']) {
      expect(openaiChat.recognises('POST', new URL(url))).toBe(true);
    }
    for (const path of ['/openai/v1/responses', '/openai/responses?api-version=2025-04-01-preview']) {
      expect(openaiResponses.recognises('POST', new URL(path, 'https://x.openai.azure.com'))).toBe(true);
    }
    expect(openaiChat.provider(new URL(FOUNDRY))).toBe('azure.ai.inference');
  });

  test('looks into the data of others for nobody twice', () => {
    expect(change(openaiChat, { model: 'm', messages: [], data_sources: [{ type: 'azure_search' }] }, {}).status).toBe(
      'refused',
    );
  });
});

describe('embeddings elsewhere', () => {
  const answerOf = (rest: object): ModelAnswer | null =>
    both(
      openaiEmbeddings,
      JSON.stringify({ object: 'list', data: [{ index: 0, embedding: 'AAAA' }], model: 'e', ...rest }),
    );

  test('Mistral, vLLM and those that count nothing', () => {
    const counted = { prompt_tokens: 4, completion_tokens: 0, total_tokens: 4, prompt_tokens_details: null };
    expect(answerOf({ id: 'embd-1', usage: counted })).toMatchObject({ id: 'embd-1', usage: { inputTokens: 4 } });
    expect(answerOf({ usage: counted })?.usage).toEqual({ inputTokens: 4 });
    expect(answerOf({})).toMatchObject({ usage: {}, model: 'e' });
    expect(openaiEmbeddings.requestAttributes('{"model":"e","input":"x","output_dimension":64}')).toEqual({
      'gen_ai.embeddings.dimension.count': 64,
    });
  });

  test('Azure, with the model in its path', () => {
    const url = new URL('https://x.openai.azure.com/openai/deployments/small/embeddings?api-version=2024-10-21');
    expect(openaiEmbeddings.skim({ url, body: '{"input":"x"}' })).toMatchObject({ model: 'small' });
  });

  test('of texts, tokens and images', () => {
    const input = ['a', [1, 2], { type: 'image_url' }];
    expect(openaiEmbeddings.messages(JSON.stringify({ input }))[0]?.parts).toEqual([
      { type: 'text', content: 'a' },
      { type: 'other', kind: 'tokens' },
      { type: 'other', kind: 'image_url' },
    ]);
  });
});
