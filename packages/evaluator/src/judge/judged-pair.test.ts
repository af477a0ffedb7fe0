import type { Content, Leg } from '@understudy/instrumentation/trial';
import { describe, expect, it } from 'vitest';
import { cutPair } from './cut.js';
import { judgedPairOf } from './judged-pair.js';

const said = (content: string): Content => ({
  kind: 'text',
  messages: [{ role: 'assistant', parts: [{ type: 'text', content }] }],
});
const ok = (answer: Content): Leg => ({
  status: 'ok',
  answer,
  finish: 'stop',
  usage: null,
  durationMs: 1,
  model: 'gpt-secret',
  span: null,
});
const INPUT: Content = {
  kind: 'text',
  messages: [
    { role: 'system', parts: [{ type: 'text', content: 'Be brief.' }] },
    {
      role: 'user',
      parts: [
        { type: 'text', content: 'Weather?' },
        { type: 'other', kind: 'image' },
      ],
    },
    { role: 'tool', parts: [{ type: 'tool_call_response', id: '1', response: 'sunny' }] },
  ],
};

describe('the texts of a pair', () => {
  it('hold the conversation and both answers, and no name of a model', () => {
    const calls: Content = {
      kind: 'text',
      messages: [
        {
          role: 'assistant',
          parts: [{ type: 'tool_call', id: 'call_1', name: 'look', arguments: '{ "b": 1, "a": 2 }' }],
        },
      ],
    };
    const pair = judgedPairOf(INPUT, ok(said('Sunny.')), ok(calls));
    expect(pair).toEqual({
      request: '[system]\nBe brief.\n\n[user]\nWeather?\n[image]\n\n[tool]\n[tool result] sunny',
      primary: 'Sunny.',
      shadow: '[calls look with {"a":2,"b":1}]',
    });
    expect(JSON.stringify(pair)).not.toContain('gpt-secret');
  });

  it.each<[string, Content, Leg]>([
    ['no answer', INPUT, { status: 'error', type: 'timeout', durationMs: 1, span: null }],
    ['an answer that was not sent', INPUT, ok({ kind: 'none' })],
    ['features only', INPUT, ok({ kind: 'features', compared: null, messages: [] })],
    ['no request', { kind: 'none' }, ok(said('x'))],
    [
      'an image',
      INPUT,
      ok({ kind: 'text', messages: [{ role: 'assistant', parts: [{ type: 'other', kind: 'image' }] }] }),
    ],
  ])('are none where there is %s', (_, input, shadow) => expect(judgedPairOf(input, ok(said('x')), shadow)).toBeNull());
});

describe('a text that is too long', () => {
  const limits = { request: 10, answer: 10, reference: 10 };
  const pair = { request: '', primary: '', shadow: '', reference: '' };

  it('keeps both ends and says how much is left out: of a request more of its end', () => {
    const cut = cutPair({ ...pair, request: '0123456789abcdefghij', primary: '0123456789abcdefghij' }, limits);
    expect(cut.request).toBe('012\n[... 10 characters left out ...]\ndefghij');
    expect(cut.primary).toBe('01234\n[... 10 characters left out ...]\nfghij');
    expect(cut.cut).toEqual(['request', 'primary']);
  });

  it('is one letter longer than the limit, not as long as it', () => {
    expect(cutPair({ ...pair, shadow: '0123456789' }, limits).cut).toEqual([]);
    expect(cutPair({ ...pair, shadow: '0123456789a' }, limits).cut).toEqual(['shadow']);
  });

  it('is never cut within a letter', () => {
    for (let before = 0; before < 4; before += 1) {
      const { shadow } = cutPair({ ...pair, shadow: `${'x'.repeat(before)}${'😀'.repeat(20)}` }, limits);
      expect(shadow.isWellFormed()).toBe(true);
    }
  });
});
