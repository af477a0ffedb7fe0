import { describe, expect, test } from 'vitest';
import { candidateTarget, type Target } from '../../shadow/target.js';
import { Secret } from '../../shadow/secret.js';
import type { ChangedRequest, ModelAnswer, RequestChange } from '../dialect.js';
import { geminiGenerate } from './gemini-generate.js';

const GOOGLE = 'https://generativelanguage.googleapis.com/v1beta/models/gemini-3:generateContent';
const VERTEX =
  'https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/google/models/gemini-3:streamGenerateContent?alt=sse';
const CONTENTS = [{ role: 'user', parts: [{ text: 'q' }] }];
const { shadow } = geminiGenerate;
const translation = shadow?.translation ?? null;
if (shadow === null || translation === null) throw new Error('never translated');

const changed = (body: object, by: RequestChange, url: string = GOOGLE): ChangedRequest =>
  shadow.change({ url: new URL(url), body: JSON.stringify(body) }, by);

function bodyOf(body: object, by: RequestChange): unknown {
  const result = changed({ contents: CONTENTS, ...body }, by);
  return result.status === 'ok' ? JSON.parse(result.body) : result.detail;
}

function read(text: string): { answer: ModelAnswer | null; errorType: string | null; terminal: boolean } {
  const reader = geminiGenerate.reader({ operation: 'generate_content', model: 'm', stream: true }, 100_000);
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += 13) reader.push(bytes.slice(at, at + 13));
  return { answer: reader.finish(), errorType: reader.errorType, terminal: reader.terminal };
}

describe('paths', () => {
  test.each([
    [GOOGLE, 'gemini-3', false, 'gcp.gemini'],
    [VERTEX, 'gemini-3', true, 'gcp.vertex_ai'],
    ['https://proxy.example/google/models/gemini-3%2E1:generateContent', 'gemini-3.1', false, 'gcp.gemini'],
    [
      'https://proxy.example/v1/projects/p/locations/l/endpoints/42%3AgenerateContent',
      'endpoints/42',
      false,
      'gcp.vertex_ai',
    ],
    [GOOGLE.replace('models/gemini-3', 'tunedModels/mine'), 'tunedModels/mine', false, 'gcp.gemini'],
  ])('%s', (address, model, stream, provider) => {
    const url = new URL(address);
    expect(geminiGenerate.recognises('POST', url)).toBe(true);
    expect(geminiGenerate.skim({ url, body: ' {}' })).toEqual({ operation: 'generate_content', model, stream });
    expect(geminiGenerate.provider(url)).toBe(provider);
  });

  test.each([
    [GOOGLE, 'gemini-4', '/v1beta/models/gemini-4:generateContent'],
    [GOOGLE, 'models/gemini-4', '/v1beta/models/gemini-4:generateContent'],
    [GOOGLE, 'tunedModels/$&', '/v1beta/tunedModels/%24%26:generateContent'],
    [GOOGLE, '../../x?key=', '/v1beta/models/..%2F..%2Fx%3Fkey%3D:generateContent'],
    [VERTEX, 'gemini-4', '/v1/projects/p/locations/l/publishers/google/models/gemini-4:streamGenerateContent'],
  ])('%s of %s', (address, model, pathname) => {
    const result = changed({ contents: CONTENTS }, { model }, address);
    expect(result.status === 'ok' && [result.url.pathname, result.url.search]).toEqual([
      pathname,
      new URL(address).search,
    ]);
  });
});

describe('the key', () => {
  const target = (url: string, baseUrl: string, key: string | null): Target => {
    const headers = new Map([
      ['x-goog-api-key', 'primary'],
      ['x-goog-user-project', 'primary'],
    ]);
    const wire = { url: new URL(url), headers, dialect: geminiGenerate, body: '{}' };
    return candidateTarget(wire, wire, { baseUrl }, key === null ? null : new Secret(key));
  };

  test('in the query or a header goes to its own origin alone, and what the protocol needs of the query goes along', () => {
    const { url, headers } = target(`${VERTEX}&key=primary&access_token=primary`, 'https://b.example/v1beta', 'own');
    expect(url.href).toBe('https://b.example/v1beta/models/gemini-3:streamGenerateContent?alt=sse');
    expect(headers['x-goog-api-key']).toBe('own');
    expect(JSON.stringify(headers)).not.toContain('primary');
  });

  test("of the candidate's own stands alone at the primary's origin too", () => {
    const { url, headers } = target(`${GOOGLE}?key=primary&alt=sse`, new URL('/v1beta', GOOGLE).href, 'own');
    expect(url.search).toBe('?alt=sse');
    expect(headers['x-goog-api-key']).toBe('own');
    expect(headers['x-goog-user-project']).toBeUndefined();
  });

  test('to a project of Vertex AI is a token', () => {
    expect(shadow.authorize('k', new URL(VERTEX))).toEqual({ authorization: 'Bearer k' });
  });
});

describe('what the API reads in a way of its own is not repeated', () => {
  const PARTS = { parts: [{ text: 'q' }] };
  const file = { fileData: { fileUri: 'f' } };
  test.each([
    [{ contents: CONTENTS, tools: { google_search: {} } }],
    [{ contents: [{ parts: file }] }],
    [{ contents: [{ parts: [{ functionResponse: { name: 'f', parts: file } }] }] }],
    [{ contents: CONTENTS, system_instruction: { parts: file } }],
    [{ contents: CONTENTS, generationConfig: { responseModalities: 'IMAGE' } }],
    [{ contents: CONTENTS, generationConfig: {}, generation_config: { responseModalities: ['IMAGE'] } }],
    [{ contents: CONTENTS, generationConfig: { responseModalities: [], response_modalities: ['IMAGE'] } }],
    [{ contents: CONTENTS, systemInstruction: PARTS, system_instruction: { parts: [file] } }],
    [{ contents: [{ parts: [{ fileData: null, file_data: {} }] }] }],
  ])('%j', (body) => {
    expect(changed(body, {}, GOOGLE)).toMatchObject({ status: 'refused', reason: 'disallowed_feature' });
  });

  test('in a parameter neither', () => {
    const tools = { tools: { googleSearch: {} } };
    expect(bodyOf({}, { parameters: tools })).toContain('a value for a list');
  });
});

describe('spelling', () => {
  const snake = {
    contents: CONTENTS,
    system_instruction: { parts: [{ text: 'old' }] },
    generation_config: { max_output_tokens: 5, stop_sequences: ['a'], response_mime_type: 'application/json' },
  };

  test('in snake case says the same', () => {
    expect(geminiGenerate.requestAttributes(JSON.stringify(snake))).toEqual({
      'gen_ai.request.max_tokens': 5,
      'gen_ai.request.stop_sequences': ['a'],
      'gen_ai.output.type': 'json',
    });
    expect(geminiGenerate.messages(JSON.stringify(snake))[0]).toEqual({
      role: 'system',
      parts: [{ type: 'text', content: 'old' }],
    });
    expect(translation.read({ url: new URL(GOOGLE), body: JSON.stringify(snake) })).toMatchObject({
      request: { system: 'old', output: { type: 'json' }, parameters: { maxTokens: 5, stop: ['a'] } },
    });
  });

  test('of a parameter meets the other spelling of the request', () => {
    const parameters = { generationConfig: { maxOutputTokens: 9, stop_sequences: null }, labels: { a: 'b' } };
    expect(bodyOf(snake, { parameters, system: () => 'new' })).toEqual({
      contents: CONTENTS,
      systemInstruction: { parts: [{ text: 'new' }] },
      generationConfig: { maxOutputTokens: 9, responseMimeType: 'application/json' },
    });
    expect(bodyOf({}, { parameters: { system_instruction: {} } })).toContain('parameter');
  });

  test('of the instructions stays', () => {
    expect(bodyOf(snake, { system: (system) => `${system}!` })).toMatchObject({
      system_instruction: { parts: [{ text: 'old!' }] },
    });
  });
});

describe('answers', () => {
  const part = (value: object, rest: object = {}): object => ({
    candidates: [{ content: { parts: [value] }, ...rest }],
    usageMetadata: { promptTokenCount: 3 },
  });

  test('as a JSON array that grows', () => {
    const { answer, terminal } = read(
      `[${JSON.stringify(part({ text: 'a' }))}\n,\r\n${JSON.stringify(part({ text: 'b' }, { finishReason: 'MAX_TOKENS' }))}\n]\n`,
    );
    expect(answer).toMatchObject({
      messages: [{ role: 'assistant', parts: [{ type: 'text', content: 'ab' }] }],
      finish: 'length',
      usage: { inputTokens: 3 },
    });
    expect(terminal).toBe(false);
  });

  test('several calls of one tool, without ids and over several events, are several', () => {
    const call = (city: string): object => part({ functionCall: { name: 'weather', args: { city } } });
    const text = [
      call('Bern'),
      part({ functionCall: { name: 'now' } }),
      call('Genf'),
      part({ text: 'so' }, { finishReason: 'STOP' }),
    ];
    const { answer } = read(text.map((value) => `data: ${JSON.stringify(value)}\n\n`).join(''));
    expect(answer?.messages[0]?.parts).toEqual([
      { type: 'text', content: 'so' },
      { type: 'tool_call', id: null, name: 'weather', arguments: '{"city":"Bern"}' },
      { type: 'tool_call', id: null, name: 'now', arguments: '{}' },
      { type: 'tool_call', id: null, name: 'weather', arguments: '{"city":"Genf"}' },
    ]);
    expect(answer?.finish).toBe('tool_call');
  });

  test.each([
    [{ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }, 'content_filter', ['PROHIBITED_CONTENT']],
    [part({}, { finishReason: 'SAFETY' }), 'content_filter', ['SAFETY']],
    [part({}, { finishReason: 'RECITATION' }), 'content_filter', ['RECITATION']],
    [part({}, { finishReason: 'MALFORMED_FUNCTION_CALL' }), 'MALFORMED_FUNCTION_CALL', ['MALFORMED_FUNCTION_CALL']],
  ])('%j', (body, finish, finishReasons) =>
    expect(read(JSON.stringify(body)).answer).toMatchObject({ finish, finishReasons }),
  );

  test('several candidates', () => {
    const candidates = ['a', 'b'].map((text, index) => ({
      index,
      content: { parts: [{ text }] },
      finishReason: 'STOP',
    }));
    expect(read(JSON.stringify({ candidates })).answer?.messages).toHaveLength(2);
  });
});
