import { describe, expect, it } from 'vitest';
import { conversation } from './conversations.js';
import { randomOf } from './random.js';
import { SEGMENTS, TOPICS } from './topics.js';

const many = Array.from({ length: 5_000 }, (_, index) => conversation(7, index));

describe('the conversations of the demo', () => {
  it('are the same for a seed and an index, and others for another seed', () => {
    expect(conversation(7, 41)).toEqual(many[41]);
    expect(conversation(8, 41).user).not.toBe(many[41]?.user);
  });

  it('are all distinct', () => {
    expect(new Set(many.map(({ user }) => user)).size).toBe(many.length);
    expect(new Set(many.map(({ id }) => id)).size).toBe(many.length);
  });

  it('hold as many of each segment in any stretch', () => {
    for (const segment of SEGMENTS) {
      expect(many.slice(900, 1_200).filter((it) => it.segment === segment)).toHaveLength(100);
    }
  });

  it('are each about exactly one topic, of their segment', () => {
    for (const { user, segment } of many) {
      expect(TOPICS.filter(({ sign }) => sign.test(user)).map((topic) => topic.segment)).toEqual([segment]);
    }
    for (const { name, sign, questions } of TOPICS) {
      for (const question of questions) expect([name, question, sign.test(question)]).toEqual([name, question, true]);
    }
  });

  it('leave no place unfilled', () => {
    expect(many.filter(({ user }) => user.includes('{'))).toEqual([]);
  });
});

describe('the random streams of the demo', () => {
  it('are uniform, and log-normal with the median that was asked for', () => {
    const random = randomOf('test', 1);
    const draws = Array.from({ length: 20_000 }, () => random.next());
    expect(draws.reduce((sum, draw) => sum + draw, 0) / draws.length).toBeCloseTo(0.5, 2);
    const latencies = Array.from({ length: 20_000 }, () => random.logNormal(20, 0.4)).toSorted((a, b) => a - b);
    expect(latencies[10_000]).toBeCloseTo(20, -1);
    expect(Math.log((latencies[19_000] ?? 0) / 20) / 0.4).toBeCloseTo(1.645, 1);
  });

  it('do not repeat between close keys', () => {
    const firsts = Array.from({ length: 10_000 }, (_, key) => randomOf('test', 1, key).next());
    expect(new Set(firsts).size).toBeGreaterThan(9_990);
    expect(firsts.reduce((sum, draw) => sum + draw, 0) / firsts.length).toBeCloseTo(0.5, 1);
  });
});
