import { expect, it } from 'vitest';
import { askedForm } from './asked-form.js';

const SCHEMA = { type: 'object', properties: { topic: { type: 'string' } } };
const JSON_OF_SCHEMA = { type: 'json', schema: JSON.stringify(SCHEMA) };
const json_schema = { type: 'json_schema', schema: SCHEMA };

it.each([
  ['chat completions', { response_format: { type: 'json_schema', json_schema: { name: 'a', schema: SCHEMA } } }],
  ['chat completions of Cohere', { response_format: { type: 'json_object', schema: SCHEMA } }],
  ['responses', { text: { format: { ...json_schema, name: 'a' } } }],
  ['messages', { output_config: { format: json_schema } }],
  ['messages, before', { output_format: json_schema }],
  ['generateContent', { generationConfig: { responseMimeType: 'application/json', responseJsonSchema: SCHEMA } }],
  ['Ollama', { format: SCHEMA }],
])('finds the schema that a request asks for: %s', (_protocol, body) => {
  expect(askedForm(JSON.stringify({ model: 'm', messages: [], ...body }))).toEqual({ output: JSON_OF_SCHEMA });
});

it.each([
  ['chat completions', { response_format: { type: 'json_object' } }],
  [
    'generateContent',
    { generationConfig: { responseMimeType: 'application/json', responseSchema: { type: 'STRING' } } },
  ],
  ['Ollama', { format: 'json' }],
])('finds that JSON of any kind is asked for: %s', (_protocol, body) => {
  expect(askedForm(JSON.stringify(body))).toEqual({ output: { type: 'json' } });
});

it('names the tools, with the schemas of their arguments', () => {
  const parameters = JSON.stringify(SCHEMA);
  const chat = [{ type: 'function', function: { name: 'f', parameters: SCHEMA } }];
  const messages = [{ name: 'f', input_schema: SCHEMA }];
  const gemini = [{ functionDeclarations: [{ name: 'f', parametersJsonSchema: SCHEMA }, { name: 'g' }] }];
  expect(askedForm(JSON.stringify({ tools: chat }))).toEqual({ tools: [{ name: 'f', parameters }] });
  expect(askedForm(JSON.stringify({ tools: messages }))).toEqual({ tools: [{ name: 'f', parameters }] });
  expect(askedForm(JSON.stringify({ tools: gemini }))).toEqual({ tools: [{ name: 'f', parameters }, { name: 'g' }] });
});

it.each([
  ['{"model":"m","messages":[]}'],
  ['{"response_format":{"type":"text"},"tools":[]}'],
  ['{"text":7,"tools":"x","generationConfig":[1],"response_format":null}'],
  ['no JSON'],
  [''],
])('knows of nothing in %s', (body) => {
  expect(askedForm(body)).toBeUndefined();
});

it('leaves out schemas that are too long, and no name', () => {
  const long = { type: 'object', description: 'x'.repeat(20_000) };
  const tools = ['a', 'b', 'c'].map((name) => ({ name, input_schema: name === 'c' ? SCHEMA : long }));
  const asked = askedForm(
    JSON.stringify({ tools, output_format: { type: 'json_schema', schema: { x: 'y'.repeat(40_000) } } }),
  );
  expect(asked?.output).toEqual({ type: 'json' });
  expect(asked?.tools?.map((tool) => [tool.name, tool.parameters?.length ?? 0])).toEqual([
    ['a', JSON.stringify(long).length],
    ['b', 0],
    ['c', JSON.stringify(SCHEMA).length],
  ]);
});
