import { describe, expect, it } from 'vitest';
import { answerOfText } from '../../../score/answer.js';
import { NOTHING_ASKED } from '../../../score/asked.js';
import { lexical } from '../../../score/lexical.js';
import type { Conversation } from '../conversations.js';
import { conversation } from '../conversations.js';
import { randomOf } from '../random.js';
import { SEGMENTS, TOPICS } from '../topics.js';
import type { Answer } from './answer.js';
import { answerTo } from './answer.js';
import type { Personality } from './personality.js';
import { PERSONALITIES } from './personality.js';

const SAMPLE = 1_500;
const conversations = Array.from({ length: SAMPLE }, (_, index) => conversation(1, index));

function ask({ system, user }: Conversation, personality: Personality, times: number): Answer {
  const text = `${system}\n${user}`;
  return answerTo(text, PERSONALITIES[personality], 0.004, randomOf(personality, times, text));
}

/** What a comparison of two answers gives, a failed one counting as 0; null where the incumbent itself failed. */
function agreement(one: Answer, other: Answer): number | null {
  if (one.status === 'error') return null;
  if (other.status === 'error') return 0;
  return lexical.score(answerOfText(one.text), answerOfText(other.text), NOTHING_ASKED);
}

const mean = (values: readonly (number | null)[]): number => {
  const known = values.filter((value) => value !== null);
  return known.reduce((sum, value) => sum + value, 0) / known.length;
};

/** Mean agreement of the incumbent's first answer with a model's, over the conversations of a segment or all. */
function meanAgreement(personality: Personality, times: number, segment?: string): number {
  const chosen = conversations.filter((asked) => segment === undefined || asked.segment === segment);
  return mean(chosen.map((asked) => agreement(ask(asked, 'incumbent', 1), ask(asked, personality, times))));
}

const failures = (personality: Personality, segment?: string): number => {
  const chosen = conversations.filter((asked) => segment === undefined || asked.segment === segment);
  return mean(chosen.map((asked) => (ask(asked, personality, 1).status === 'error' ? 1 : 0)));
};

describe('the answers of the demo', () => {
  it('are the same for the same ask, and vary with the next', () => {
    const [one = conversation(0, 0)] = conversations;
    expect(ask(one, 'incumbent', 1)).toEqual(ask(one, 'incumbent', 1));
    const answers = new Set(Array.from({ length: 20 }, (_, times) => JSON.stringify(ask(one, 'incumbent', times))));
    expect(answers.size).toBeGreaterThan(10);
  });

  it('speak of the order and the topic that was asked about', () => {
    const unfit = conversations.slice(0, 300).filter((asked) => {
      const answer = ask(asked, 'incumbent', 1);
      if (answer.status === 'error') return false;
      return !answer.text.includes(/UN-\d{6}/.exec(asked.user)?.[0] ?? '?') || answer.text.includes('{');
    });
    expect(unfit).toEqual([]);
  });

  it('differ between two asks of the incumbent about as much as a real model does', () => {
    const noise = meanAgreement('incumbent', 2);
    expect(noise).toBeGreaterThan(0.6);
    expect(noise).toBeLessThan(0.8);
    const same = (asked: Conversation): boolean =>
      JSON.stringify(ask(asked, 'incumbent', 1)) === JSON.stringify(ask(asked, 'incumbent', 2));
    const exact = conversations.filter(same).length / SAMPLE;
    expect(exact).toBeLessThan(0.3);
  });

  it.each(['as-good', 'identical'] as const)(
    'are as close to the incumbent as its own, from the model %s',
    (personality) => {
      for (const segment of [undefined, ...SEGMENTS]) {
        const difference = meanAgreement(personality, 1, segment) - meanAgreement('incumbent', 2, segment);
        expect(Math.abs(difference)).toBeLessThan(0.015);
      }
      expect(failures(personality)).toBeLessThan(0.01);
    },
  );

  it('of the model that fails one segment look fine overall, and are wrong in the refunds', () => {
    const difference = (segment?: string): number =>
      meanAgreement('segment-failing', 1, segment) - meanAgreement('incumbent', 2, segment);
    expect(difference()).toBeGreaterThan(-0.045);
    expect(difference('shipping')).toBeGreaterThan(0);
    expect(difference('account')).toBeGreaterThan(0);
    expect(difference('refunds')).toBeLessThan(-0.11);
    expect(failures('segment-failing')).toBeLessThan(0.012);
  });

  it('are unlike each other for different topics', () => {
    const texts = TOPICS.map((topic) => answerOfText(topic.answer.map(([first]) => first).join(' ')));
    const [first, ...others] = texts;
    for (const other of others)
      expect(lexical.score(first ?? answerOfText(''), other, NOTHING_ASKED)).toBeLessThan(0.45);
  });
});
