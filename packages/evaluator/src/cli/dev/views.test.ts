import { expect, it } from 'vitest';
import type { NewPair } from '../../dev/new-pairs.js';
import { collectedOutput } from '../collected-output.test.support.js';
import type { DevState } from './state.js';
import { jsonView, plainView } from './views.js';

const state: DevState = {
  source: 'understudy.yaml',
  store: 'embedded',
  url: null,
  otlp: { off: 'off' },
  report: null,
  pairs: [],
  trouble: null,
  content: true,
};

/** A pair whose conversation and answers are these. */
function pairOf(asked: string, answer: string): NewPair {
  const called = { status: 'ok', durationMs: 20 };
  const parts = (content: string): object => [{ type: 'text', content }];
  const leg = { status: 'ok', answer: { kind: 'text', messages: [{ role: 'assistant', parts: parts(answer) }] } };
  return {
    experiment: 'support',
    shown: {
      call: '01990000-0000-7000-8000-000000000001',
      arm: 'mini',
      segment: '_none',
      facts: { primary: called, shadow: called, scores: { ab: {} } },
      withheld: null,
      content: {
        input: { kind: 'text', system: [], messages: [{ role: 'user', parts: parts(asked) }] },
        primary: leg,
        shadow: leg,
      },
    },
  } as unknown as NewPair;
}

it('the lines of JSON hold what models said, and nothing that a terminal obeys', () => {
  const output = collectedOutput();
  jsonView(output).failed('candidate answered \u009b2J\u202e', state);
  expect(output.lines[0]).toContain(String.raw`\u009b2J\u202e`);
  expect(JSON.parse(output.lines[0]!)).toMatchObject({ type: 'error', message: 'candidate answered \u009b2J\u202e' });
});

it('the lines for people show the beginning of a long prompt', () => {
  const output = collectedOutput();
  plainView(output).changed(state, [pairOf('word '.repeat(20_000), 'an answer')], 0);
  const asked = output.lines
    .join('\n')
    .split('\n')
    .find((line) => line.includes('asked: word'));
  expect(asked?.length).toBeLessThanOrEqual(200);
  expect(asked).toMatch(/…$/);
});
