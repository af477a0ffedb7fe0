import { describe, expect, test } from 'vitest';
import type { WrittenRequest } from '../dialect.js';
import type { CanonicalRequest } from '../canonical.js';
import { removing } from '../merge-patch.js';
import { geminiGenerate } from './gemini-generate.js';

const GOOGLE = 'https://generativelanguage.googleapis.com/v1beta/models/gemini-3:generateContent';
const CONTENTS = [{ role: 'user', parts: [{ text: 'q' }] }];
const { shadow } = geminiGenerate;
const translation = shadow?.translation ?? null;
if (shadow === null || translation === null) throw new Error('never translated');

describe('translation', () => {
  const request: CanonicalRequest = {
    model: 'gemini-3-pro',
    stream: true,
    system: null,
    messages: [
      { role: 'user', parts: [{ type: 'text', text: 'q' }] },
      { role: 'assistant', parts: [{ type: 'tool_call', id: '1', name: 'f', arguments: {} }] },
      { role: 'assistant', parts: [{ type: 'tool_call', id: '2', name: 'g', arguments: {} }] },
      { role: 'user', parts: [{ type: 'tool_result', id: '1', name: 'f', text: '{"a":1}' }] },
      { role: 'user', parts: [{ type: 'tool_result', id: '2', name: 'g', text: 'b' }] },
      { role: 'user', parts: [{ type: 'text', text: 'and?' }] },
    ],
    tools: [],
    toolChoice: { type: 'tool', name: 'f' },
    parallelToolCalls: true,
    output: null,
    parameters: {},
  };
  const write = (rest: Partial<CanonicalRequest>): WrittenRequest => {
    const written = translation.write({ ...request, ...rest }, new Set());
    if (written.status === 'refused') throw new Error(written.detail);
    return written;
  };

  test('has as many results in a turn as calls, and tells a model that signs its calls that these are not its own', () => {
    const signature = { thoughtSignature: 'skip_thought_signature_validator' };
    const { path, body } = write({});
    expect(path).toBe('/models/gemini-3-pro:streamGenerateContent?alt=sse');
    expect(body).toEqual({
      contents: [
        { role: 'user', parts: [{ text: 'q' }] },
        {
          role: 'model',
          parts: [
            { functionCall: { id: '1', name: 'f', args: {} }, ...signature },
            { functionCall: { id: '2', name: 'g', args: {} }, ...signature },
          ],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { id: '1', name: 'f', response: { a: 1 } } },
            { functionResponse: { id: '2', name: 'g', response: { output: 'b' } } },
          ],
        },
        { role: 'user', parts: [{ text: 'and?' }] },
      ],
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] } },
    });
    expect(JSON.stringify(write({ model: 'gemini-2.5-pro' }).body)).not.toContain('thoughtSignature');
  });

  test.each([
    { parallelToolCalls: false },
    { model: null },
    { parameters: { reasoningEffort: 'low' } },
    {
      messages: [
        {
          role: 'user' as const,
          parts: [{ type: 'image' as const, source: { kind: 'url' as const, url: 'https://x' } }],
        },
      ],
    },
  ])('skips what has no equivalent: %j', (rest) => expect(() => write(rest)).toThrow(/\w/));

  test('reads schemas of the older kind', () => {
    const responseSchema = {
      type: 'OBJECT',
      propertyOrdering: ['b', 'a'],
      required: ['a'],
      properties: {
        a: { type: 'STRING', nullable: true, enum: ['x'], format: 'enum' },
        b: {
          type: 'ARRAY',
          min_items: '2',
          items: { any_of: [{ type: 'INTEGER', format: 'int32' }, { type: 'NUMBER' }] },
        },
      },
    };
    const generationConfig = { responseMimeType: 'application/json', responseSchema };
    const body = JSON.stringify({ contents: CONTENTS, generationConfig });
    expect(translation.read({ url: new URL(GOOGLE), body })).toMatchObject({
      request: {
        output: {
          schema: {
            type: 'object',
            required: ['a'],
            properties: {
              a: { type: ['string', 'null'], enum: ['x', null] },
              b: {
                type: 'array',
                minItems: 2,
                items: { anyOf: [{ type: 'integer', format: 'int32' }, { type: 'number' }] },
              },
            },
          },
        },
      },
    });
    const deep = `${'{"items":'.repeat(10_000)}{}${'}'.repeat(10_000)}`;
    const text = `{"contents":[],"generationConfig":{"responseMimeType":"application/json","responseSchema":${deep}}}`;
    expect(translation.read({ url: new URL(GOOGLE), body: text })).toMatchObject({ reason: 'untranslatable' });
  });

  test('names what has no equal so that a candidate can be declared to do without', () => {
    const generationConfig = { temperature: 1, thinkingConfig: { thinkingBudget: 0 } };
    const body = JSON.stringify({ contents: CONTENTS, generationConfig });
    const url = new URL(GOOGLE);
    expect(translation.read({ url, body })).toMatchObject({ detail: 'the field `generationConfig.thinkingConfig`' });
    const without = shadow.change({ url, body }, { parameters: removing(['generationConfig.thinkingConfig']) });
    expect(without.status === 'ok' && translation.read(without)).toMatchObject({
      request: { parameters: { temperature: 1 } },
    });
  });

  test('calls and results without ids are matched by their order, thoughts are left behind', () => {
    const body = JSON.stringify({
      contents: [
        {
          role: 'model',
          parts: [
            { text: 'hm', thought: true },
            { functionCall: { name: 'f' }, thoughtSignature: 'AA==' },
          ],
        },
        { parts: [{ functionResponse: { name: 'f', response: { output: { a: 1 } } } }] },
      ],
    });
    expect(translation.read({ url: new URL(GOOGLE), body })).toMatchObject({
      request: {
        messages: [
          { role: 'assistant', parts: [{ type: 'tool_call', id: 'call_1', name: 'f', arguments: {} }] },
          { role: 'user', parts: [{ type: 'tool_result', id: 'call_1', name: 'f', text: '{"a":1}' }] },
        ],
      },
    });
  });
});
