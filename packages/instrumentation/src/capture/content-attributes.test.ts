import type { Attributes } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import type { RequestContent } from '../dialect/request-content.js';
import type { Message, Part } from '../trial/trial.js';
import { contentAttributes } from './content-attributes.js';
import { SHOWN_CHARACTERS } from './content-room.js';
import type { SpanContent } from './span-privacy.js';

const AS_IT_IS: SpanContent = () => ({ text: (text) => text, name: (name) => name });
const CUT = 'understudy.content.cut';

function asked(...messages: readonly Message[]): RequestContent {
  return { instructions: [], messages, tools: [] };
}

function said(content: string, role: string = 'user'): Message {
  return { role, parts: [{ type: 'text', content }] };
}

function json(attributes: Attributes, name: string): unknown {
  return JSON.parse(String(attributes[name]));
}

describe('contentAttributes', () => {
  it('has stop sequences as the list of texts they are, made fit and with as much room as any attribute', () => {
    const hide: SpanContent = () => ({ text: (text) => text.replace('secret', '-'), name: (name) => name });
    const name = 'gen_ai.request.stop_sequences';
    const stop = ['\n', 'my secret:'];
    expect(contentAttributes(hide, { ...asked(), stop }, [])).toEqual({ [name]: ['\n', 'my -:'] });
    const long = contentAttributes(hide, { ...asked(), stop: ['x'.repeat(SHOWN_CHARACTERS), 'x', 'x'] }, []);
    expect(JSON.stringify(long[name]).length).toBeLessThan(SHOWN_CHARACTERS + 100);
    expect(long[CUT]).toEqual([name]);
  });

  it('has the JSON of the conventions', () => {
    const call: Part = { type: 'tool_call', id: 'call_1', name: 'find', arguments: '{"q":"fox"}' };
    const attributes = contentAttributes(
      AS_IT_IS,
      {
        instructions: [{ type: 'text', content: 'Be brief.' }],
        messages: [
          said('Where?'),
          { role: 'assistant', parts: [call] },
          { role: 'tool', parts: [{ type: 'tool_call_response', id: 'call_1', response: 'here' }] },
          { role: 'user', parts: [{ type: 'other', kind: 'image' }] },
        ],
        tools: [
          { type: 'function', name: 'find', description: 'Finds.', parameters: '{"type":"object"}' },
          { type: 'web_search', name: 'web_search' },
        ],
      },
      [said('Here.', 'assistant'), { role: 'assistant', parts: [{ ...call, arguments: 'not JSON' }] }],
    );
    expect(Object.fromEntries(Object.keys(attributes).map((name) => [name, json(attributes, name)]))).toEqual({
      'gen_ai.system_instructions': [{ type: 'text', content: 'Be brief.' }],
      'gen_ai.input.messages': [
        { role: 'user', parts: [{ type: 'text', content: 'Where?' }] },
        { role: 'assistant', parts: [{ ...call, arguments: { q: 'fox' } }] },
        { role: 'tool', parts: [{ type: 'tool_call_response', id: 'call_1', response: 'here' }] },
        { role: 'user', parts: [{ type: 'image' }] },
      ],
      'gen_ai.output.messages': [
        { role: 'assistant', parts: [{ type: 'text', content: 'Here.' }] },
        { role: 'assistant', parts: [{ ...call, arguments: 'not JSON' }] },
      ],
      'gen_ai.tool.definitions': [
        { type: 'function', name: 'find', description: 'Finds.', parameters: { type: 'object' } },
        { type: 'web_search', name: 'web_search' },
      ],
    });
  });

  it('says nothing of what there is nothing of', () => {
    expect(contentAttributes(AS_IT_IS, null, [])).toEqual({});
  });

  it('cuts what does not fit, and says so', () => {
    const long = 'x'.repeat(SHOWN_CHARACTERS + 1000);
    const attributes = contentAttributes(AS_IT_IS, asked(said(long)), [said('short', 'assistant')]);
    const [message] = json(attributes, 'gen_ai.input.messages') as [{ parts: [{ content: string }] }];
    expect(message.parts[0].content).toMatch(/^x{32000,}\[cut: \d+ characters\]$/);
    expect(message.parts[0].content.length).toBeLessThan(SHOWN_CHARACTERS + 40);
    expect(attributes[CUT]).toEqual(['gen_ai.input.messages']);
    expect(json(attributes, 'gen_ai.output.messages')).toEqual([
      { role: 'assistant', parts: [{ type: 'text', content: 'short' }] },
    ]);
  });

  it('keeps the newest of a conversation, in its order', () => {
    const messages = Array.from({ length: 100 }, (_, index) => said(`${index} ${'y'.repeat(1000)}`));
    const attributes = contentAttributes(AS_IT_IS, asked(...messages), []);
    const kept = json(attributes, 'gen_ai.input.messages') as { parts: [{ content: string }] }[];
    const numbers = kept.map(({ parts: [{ content }] }) => Number.parseInt(content, 10));
    expect(numbers.at(-1)).toBe(99);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => 100 - numbers.length + index));
    expect(numbers.length).toBeGreaterThan(25);
    expect(attributes[CUT]).toEqual(['gen_ai.input.messages']);
  });

  it('looks for what is private before it cuts, and shows nothing that it could not look at whole', () => {
    // What is private begins within what is looked through and ends behind it: it is not known there.
    const hide: SpanContent = () => ({ text: (text) => text.replaceAll(/<[^>]*>/g, '-'), name: (name) => name });
    const text = `${'<aaa>'.repeat(26_100)}<secret-${'s'.repeat(4000)}>`;
    const attributes = contentAttributes(hide, asked(said(text)), []);
    const shown = String(attributes['gen_ai.input.messages']);
    expect(shown).toContain('-----');
    expect(shown).not.toContain('secret');
    expect(attributes[CUT]).toEqual(['gen_ai.input.messages']);
  });

  it('is bounded whatever is in it', () => {
    const parts = Array.from({ length: 50_000 }, (): Part => ({ type: 'other', kind: 'k'.repeat(300) }));
    const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const call: Part = { type: 'tool_call', id: 'i'.repeat(9000), name: 'n'.repeat(9000), arguments: deep };
    const many = Array.from({ length: 50_000 }, () => said(''));
    for (const message of [
      { role: 'user', parts },
      { role: 'r'.repeat(9000), parts: [call] },
    ]) {
      const attributes = contentAttributes(AS_IT_IS, asked(...many, message), [message]);
      for (const value of Object.values(attributes)) expect(String(value).length).toBeLessThan(4 * SHOWN_CHARACTERS);
      expect(attributes[CUT]).toContain('gen_ai.output.messages');
    }
  });

  it('does not split a pair of surrogates', () => {
    const attributes = contentAttributes(AS_IT_IS, asked(said(`x${'😀'.repeat(SHOWN_CHARACTERS)}`)), []);
    expect(String(attributes['gen_ai.input.messages'])).not.toMatch(/\\ud/);
  });
});
