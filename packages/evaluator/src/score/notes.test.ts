import { describe, expect, it } from 'vitest';
import { type Answer, answerOfParts, answerOfText } from './answer.js';
import { type Asked, NOTHING_ASKED } from './asked.js';
import { type NotingOptions, notesOf } from './notes.js';

/** Equal where texts are: enough for a test. */
const hashOf = (text: string): number => Buffer.from(text).reduce((sum, byte) => (sum * 31 + byte) % 2 ** 32, 7);

const schema = { type: 'object', required: ['a'], properties: { a: { type: 'integer' } } };
const ASKED_JSON: Asked = { json: true, schema, tools: null };

function bothOf(primary: Answer, other: Answer, asked: Asked, options: NotingOptions = {}) {
  const [one, two] = [primary, other].map((answer) => notesOf(answer, { primary, asked }, options));
  return { primary: one?.notes, other: two?.notes, labels: [one?.label, two?.label] };
}

function marksOf(primary: string, other: string, asked: Asked = NOTHING_ASKED, options: NotingOptions = { hashOf }) {
  return bothOf(answerOfText(primary), answerOfText(other), asked, options);
}

describe('notes of two answers', () => {
  it('say what an answer looks like', () => {
    const { primary, other } = marksOf('# One\n\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |', '{"a": 1}');
    expect(primary).toMatchObject({ length: 43, structure: ['headings', 'lists', 'tables'], refused: false });
    expect(other).toMatchObject({ length: 8, structure: ['json'], finish: null });
    expect(marksOf('yes', 'I am sorry, but I cannot help with that.').other?.refused).toBe(true);
  });

  it('hash answers and labels with the key they are given, and not without', () => {
    const { primary, other, labels } = marksOf('Yes.', ' "yes" ');
    expect(primary?.label).toBe(other?.label);
    expect(primary?.hash).not.toBe(other?.hash);
    expect(labels).toEqual(['yes', 'yes']);
    const bare = marksOf('Yes.', 'no', NOTHING_ASKED, {});
    expect(bare).toMatchObject({ primary: { hash: null, label: null } });
  });

  it.each([
    ['{"a": 1}', '{"a": 2}', true, true],
    ['{"a": 1}', 'words', true, false],
    ['words', '{"a": 1}', false, true],
  ])('hold %s and %s against the schema', (one, two, primary, other) => {
    expect(marksOf(one, two, ASKED_JSON)).toMatchObject({ primary: { valid: primary }, other: { valid: other } });
  });

  it('hold both against the tools that were offered, whether or not they are called', () => {
    const tools = [{ name: 'find', parameters: schema }];
    const call = (name: string, args: string) =>
      answerOfParts([{ type: 'tool_call', id: null, name, arguments: args }], 'tool_calls');
    const asked = { ...NOTHING_ASKED, tools };
    const noted = bothOf(call('find', '{"a":1}'), call('seek', '{}'), asked);
    expect(noted).toMatchObject({ primary: { valid: true, finish: 'other' }, other: { valid: false } });
  });

  it('hold both against the labels there are', () => {
    const options = { labels: ['Spam', 'Ham'] };
    expect(marksOf('spam', 'eggs', NOTHING_ASKED, options)).toMatchObject({
      primary: { valid: true },
      other: { valid: false },
    });
    expect(marksOf('It is spam, I would say.', 'ham', NOTHING_ASKED, options)).toMatchObject({
      primary: { valid: false },
      other: { valid: true },
    });
    const long = { labels: ['None of these five words, really'] };
    expect(marksOf('none of these  five words, really', 'none', NOTHING_ASKED, long)).toMatchObject({
      primary: { valid: true },
      other: { valid: false },
    });
  });

  it('know no validity where nothing was asked', () => {
    expect(marksOf('a', 'b')).toMatchObject({ primary: { valid: null }, other: { valid: null } });
  });
});
