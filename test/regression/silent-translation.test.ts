import { expect, it } from 'vitest';
import { DIALECTS } from '../../packages/instrumentation/src/dialect/registry.js';
import { translate } from '../../packages/instrumentation/src/dialect/translate.js';

const URLS = {
  'openai-chat': 'https://a.example/v1/chat/completions',
  'openai-responses': 'https://a.example/v1/responses',
  'anthropic-messages': 'https://a.example/v1/messages',
  'gemini-generate': 'https://a.example/v1beta/models/g:generateContent',
  'ollama-chat': 'https://a.example/api/chat',
} as const;

const asked = { role: 'user', content: 'q' };
const call = {
  role: 'assistant',
  tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }],
};
const image = { type: 'image_url', image_url: { url: 'https://b.example/i.png' } };
const inline = { inlineData: { mimeType: 'image/png', data: 'AAAA' } };
const said = { role: 'user', parts: [{ text: 'q' }] };
const schema = { name: 'x', description: 'said to the model', schema: {} };

const chat = (...messages: readonly object[]): object => ({ model: 'm', messages });

/** What the translation once left out, and told nobody. */
it.each([
  ['openai-chat', 'name', chat({ ...asked, name: 'Bob' })],
  ['openai-chat', 'function', chat(asked, { role: 'assistant', content: null, function_call: { name: 'f' } }, asked)],
  ['openai-chat', 'no text', chat(asked, call, { role: 'tool', tool_call_id: '1', content: [image] })],
  ['openai-chat', 'no text', chat({ role: 'system', content: [{ type: 'text', text: 's' }, image] }, asked)],
  ['openai-chat', 'beginning', chat(asked, { role: 'assistant', content: 'The', prefix: true })],
  ['openai-chat', 'neither', chat({ role: 'user', content: { text: 'q' } })],
  ['openai-chat', 'schema', { ...chat(asked), response_format: { type: 'json_schema', json_schema: schema } }],
  ['openai-responses', 'neither', { model: 'm', input: [{ role: 'user', content: 5 }] }],
  ['anthropic-messages', 'no text', { ...chat(asked), max_tokens: 5, system: [{ type: 'image', source: {} }] }],
  ['anthropic-messages', 'neither', { ...chat({ role: 'user', content: 5 }), max_tokens: 5 }],
  ['gemini-generate', 'no text', { contents: [said], systemInstruction: { parts: [inline] } }],
  ['gemini-generate', 'role', { contents: [{ ...said, role: 'system' }] }],
  ['ollama-chat', 'image', chat(asked, { role: 'assistant', content: 'a', images: ['AAAA'] }, asked)],
] as const)('%s: a request with a %s that has no equal is refused', (name, detail, body) => {
  const [from, ...others] = DIALECTS.filter(({ shadow }) => shadow !== null && shadow.translation !== null).toSorted(
    (a, b) => Number(b.name === name) - Number(a.name === name),
  );
  const request = { url: new URL(URLS[name]), body: JSON.stringify(body) };
  expect(from?.name).toBe(name);
  for (const to of others) {
    const result = from === undefined ? null : translate(from, to, request, { parameters: {} }, []);
    expect(result).toMatchObject({ status: 'refused', reason: 'untranslatable' });
    expect(result?.status === 'refused' && result.detail).toContain(detail);
  }
});
