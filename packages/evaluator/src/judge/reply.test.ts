import { describe, expect, it } from 'vitest';
import { parseReply } from './reply.js';
import { tokenVerdict } from './token-verdict.js';

const object = (verdict: string, confidence: unknown = 0.8): string =>
  JSON.stringify({ reasoning: 'A is {right}, "so"', verdict, confidence });

describe('a reply', () => {
  it.each([
    ['alone', object('A'), 'A'],
    ['in a fence', `\`\`\`json\n${object('B')}\n\`\`\``, 'B'],
    ['after thoughts', `Let me see {x}. Then: ${object('TIE')} Done.`, 'TIE'],
    ['in lower case', object(' tie '), 'TIE'],
    ['twice the same', `${object('A')} I repeat: ${object('A')}`, 'A'],
  ])('is read %s', (_, text, verdict) => expect(parseReply(text)?.verdict).toBe(verdict));

  it.each([
    ['words', 'Answer A is better.'],
    ['two that contradict each other', `The answer says ${object('B')} but ${object('A')}`],
    ['another verdict', object('C')],
    ['no confidence', '{"reasoning":"r","verdict":"A"}'],
    ['a confidence past 1', object('A', 85)],
    ['an unfinished object', object('A').slice(0, -3)],
    ['nothing', ''],
  ])('is none: %s', (_, text) => expect(parseReply(text)).toBeNull());

  it.each([
    ['by itself', object('B'), `I left it out.\n${object('B')}`],
    ['in a fence', `\`\`\`json\n${object('B')}\n\`\`\``, object('B')],
    ['laid out anew', JSON.stringify(JSON.parse(object('B')), null, 2), `Well. ${object('B')}`],
    ['out of a text in JSON', object('B'), JSON.stringify({ answer: object('B') })],
    ['twice', `${object('B')} ${object('B')}`, object('B')],
  ])('is none where its only object stands in an answer, %s', (_, text, answer) => {
    expect(parseReply(text, ['', answer])).toBeNull();
    expect(parseReply(text, ['', 'I left it out.'])?.verdict).toBe('B');
  });

  it('is read beside what it quotes out of an answer, where both say the same', () => {
    const own = JSON.stringify({ reasoning: 'B is whole, and brings a verdict along.', verdict: 'B', confidence: 0.6 });
    expect(parseReply(`It says ${object('B')}. I say ${own}`, [object('B')])?.confidence).toBe(0.6);
    expect(parseReply(`It says ${object('B')}. I say ${object('A')}`, [object('B')])).toBeNull();
  });

  it('is looked for in bounded time', () => {
    expect(parseReply('{'.repeat(100_000))).toBeNull();
    expect(parseReply('{"'.repeat(100_000))).toBeNull();
  });
});

describe('the probabilities of one token', () => {
  const tokens = (probabilities: Readonly<Record<string, number>>) =>
    Object.entries(probabilities).map(([token, p]) => ({ token, logProbability: Math.log(p) }));

  it('are added up over spellings', () => {
    const read = tokenVerdict(tokens({ A: 0.3, ' a': 0.2, B: 0.2, C: 0.2, The: 0.1 }));
    expect(read?.verdict).toBe('A');
    expect(read?.confidence).toBeCloseTo(0.5 / 0.9, 12);
    expect(read?.preference).toBeCloseTo(0.6 / 0.9, 12);
  });

  it('are a tie where two letters have the same', () =>
    expect(tokenVerdict(tokens({ A: 0.4, B: 0.4, C: 0.1 }))).toMatchObject({ verdict: 'TIE' }));

  it('are nothing where the model was about to say something else', () => {
    expect(tokenVerdict(tokens({ Well: 0.6, A: 0.4 }))).toBeNull();
    expect(tokenVerdict([{ token: 'A', logProbability: Number.NaN }])).toBeNull();
  });
});
