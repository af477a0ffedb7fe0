import { expect, it } from 'vitest';
import { type Answer, answerOfParts, answerOfText } from './answer.js';
import { type Asked, NOTHING_ASKED } from './asked.js';
import type { Scorer } from './scorer.js';

const call = (name: string, text: string): Answer =>
  answerOfParts([{ type: 'tool_call', id: null, name, arguments: text }], 'tool_call');

/** Answers of every kind that a scorer may meet. */
const ANSWERS: readonly Answer[] = [
  ...[
    '',
    ' ',
    'yes',
    'Your refund of $42.50 was issued today.',
    'your  refund of $42.50 was issued today .',
    'Paid — naïve café, e\u0301tude 👩‍👩‍👧',
    '返金は処理されました。',
    '{"a":1,"b":[true,null]}',
    '{"b":[true,null],"a":1.0}',
    '```json\n{"a":1}\n```',
    '{"a":NaN}',
    '{"a":1e999,"__proto__":{"b":1},"constructor":2}',
    '[]',
    '{}',
    '[',
    '['.repeat(200) + ']'.repeat(200),
    'NUL \u0000 and half a pair \ud800',
    '\udc00\ud800',
    '# Head\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\n# no heading\n```',
    "I'm sorry, but I can't help with that.",
    'word '.repeat(3000),
  ].map(answerOfText),
  call('search', '{"q":"Bern","n":5}'),
  call('search', '{"q":"bern ","n":"5"}'),
  call('search', '{"q":'),
  call('search', ''),
  call('refund', '{"id":1}'),
  call('toString', '{"__proto__":1}'),
  call('', '\ud800'),
  answerOfParts(
    [
      { type: 'text', content: 'Looking.' },
      { type: 'tool_call', id: '1', name: 'search', arguments: '{"q":"a"}' },
      { type: 'tool_call', id: '2', name: 'search', arguments: '{"q":"b"}' },
    ],
    'tool_call',
  ),
  answerOfParts([{ type: 'refusal', content: 'No.' }], 'stop'),
  answerOfParts([], 'content_filter'),
];

/** Answers of a megabyte, each hard for somebody. */
const HUGE: readonly (() => string)[] = [
  () => 'the refund was issued today, '.repeat(36_000),
  () => 'e\u0301'.repeat(500_000),
  () => `{"a":[${'1,'.repeat(500_000)}1]}`,
  () => '`'.repeat(1_000_000),
  () => '|-'.repeat(500_000),
  () => '\n'.repeat(1_000_000),
  () => '🦊'.repeat(500_000),
  () => `${'a'.repeat(999_999)}@`,
];

/** A known score: of the primary's answer, another one, and null where there is none. */
export type Known = readonly [primary: string | Answer, other: string | Answer, score: number | null];

export interface Promises {
  /** What the request asked. Default: nothing is known. */
  readonly asked?: Asked;
  /** The score of two answers is the same whichever is the primary's. Default: true. */
  readonly symmetric?: boolean;
  /** An answer is 1 with itself. Default: true; false for a mark of the other answer alone. */
  readonly reflexive?: boolean;
}

/**
 * The promises of every scorer, as tests.
 *
 * @param known Pairs of answers with their score.
 */
export function testScorer<Name extends string>(
  scorer: Omit<Scorer, 'name'> & { readonly name: Name },
  known: readonly Known[],
  { asked = NOTHING_ASKED, symmetric = true, reflexive = true }: Promises = {},
): void {
  const applicable = ANSWERS.filter((answer) => scorer.applies(answer, asked));

  it.each(known.map(([primary, other, score]) => [shown(primary), shown(other), score, primary, other] as const))(
    'scores %s against %s as %d',
    (_primary, _other, score, primary, other) => {
      const given = scorer.score(answer(primary), answer(other), asked);
      if (score === null) expect(given).toBeNull();
      else expect(given).toBeCloseTo(score, 9);
    },
  );

  it('gives a number in [0,1] or null, whatever the answers', () => {
    for (const primary of applicable) {
      for (const other of ANSWERS) {
        const score = scorer.score(primary, other, asked);
        expect(score === null || (score >= 0 && score <= 1)).toBe(true);
      }
    }
  });

  it.runIf(reflexive)('gives 1 to an answer against itself', () => {
    expect(applicable.length).toBeGreaterThan(0);
    for (const one of applicable) expect(scorer.score(one, again(one), asked)).toBe(1);
  });

  it.runIf(symmetric)('does not depend on which of the two came first', () => {
    for (const a of applicable) {
      for (const b of applicable) expect(scorer.score(a, b, asked)).toBe(scorer.score(b, a, asked));
    }
  });

  it('answers within bounds, however long the answers', () => {
    const huge = HUGE.map((make) => make());
    for (const [at, text] of huge.entries()) {
      const before = process.threadCpuUsage();
      const [primary, other] = [answerOfText(text), answerOfText(huge[(at + 1) % huge.length] ?? '')];
      const near = answerOfText(`${text.slice(0, 999)}?${text.slice(1000)}`);
      for (const one of [other, near]) if (scorer.applies(primary, asked)) scorer.score(primary, one, asked);
      const { user } = process.threadCpuUsage(before);
      // Milliseconds of this thread's own time, far above the few it takes: what has no bound takes minutes.
      expect(user / 1000).toBeLessThan(1000);
    }
  });
}

function again({ raw, calls, prose, refusal, finish }: Answer): Answer {
  if (calls.length === 0 && !refusal && finish === null && prose === raw) return answerOfText(raw);
  const said = prose ?? '';
  return answerOfParts(
    [
      ...(said === '' ? [] : [{ type: refusal ? ('refusal' as const) : ('text' as const), content: said }]),
      ...calls.map(({ name, arguments: text }) => ({
        type: 'tool_call' as const,
        id: null,
        name,
        arguments: text ?? '',
      })),
    ],
    finish,
  );
}

function answer(given: string | Answer): Answer {
  return typeof given === 'string' ? answerOfText(given) : given;
}

function shown(given: string | Answer): string {
  return JSON.stringify(answer(given).raw);
}
