import { describe, expect, it } from 'vitest';
import { answerOfParts, answerOfText } from './answer.js';
import { NOTHING_ASKED } from './asked.js';
import { createEmbedding, embeddedText } from './embedding.js';
import { testScorer } from './scorer.test.support.js';
import { roundedVector } from './vector.js';

/** Stands for a model: how often each letter is there. */
const letters = (text: string) =>
  roundedVector('abcdefghijklmnopqrstuvwxyz'.split('').map((letter) => text.toLowerCase().split(letter).length - 1));

describe('embedding', () => {
  testScorer(createEmbedding(letters), [
    ['aab', 'aba', 1],
    ['ab', 'cd', 0],
    [' the same ', 'the same', 1],
    ['words', '', 0],
    ['words', '123', null],
  ]);

  it('is 0 for vectors that point away from each other', () => {
    const away = createEmbedding((text) => roundedVector(text === 'up' ? [1, 1] : [-1, -1]));
    expect(away.score(answerOfText('up'), answerOfText('down'), NOTHING_ASKED)).toBe(0);
  });

  it('does not apply where the primary only calls a tool', () => {
    const call = answerOfParts([{ type: 'tool_call', id: null, name: 'search', arguments: '{}' }], 'tool_call');
    expect(createEmbedding(letters).applies(call, NOTHING_ASKED)).toBe(false);
  });

  it('is of both ends of a long text, in whole characters', () => {
    const text = embeddedText(answerOfText(`begin ${'🦊'.repeat(10_000)} end`)) ?? '';
    expect(text.length).toBeLessThanOrEqual(6_001);
    expect([text.startsWith('begin '), text.endsWith(' end'), text.isWellFormed()]).toEqual([true, true, true]);
  });
});
