import { describe, expect, it } from 'vitest';
import { seeded } from '../simulation/random.js';
import { aCall, instance, spread } from './deciding.js';

const START = Date.UTC(2026, 10, 21);

/** Sampled calls and the probabilities of one stretch of 5 s after another, at `rates` calls a second. */
function paced(rates: readonly number[], sample: object): { sampled: number; levels: readonly number[] }[] {
  const random = seeded(111);
  const { decide } = instance({ piMin: 0.001, ...sample });
  return rates.map((rate, stretch) => {
    const levels = new Set<number>();
    let sampled = 0;
    for (let index = 0; index < rate * 5; index += 1) {
      const startedAt = START + stretch * 5000 + (index * 1000) / rate;
      const decision = decide(aCall(random, { startedAt }), `${stretch} ${index}`);
      if (decision.status === 'outside') throw new Error('expected an eligible call');
      levels.add(decision.pi);
      if (decision.status === 'sampled') sampled += 1;
    }
    return { sampled, levels: [...levels] };
  });
}

describe('a target per second', () => {
  it('halves the rate until the demand of the last stretches keeps to it, one probability a stretch', () => {
    const stretches = paced([200, 200, 800, 800, 50, 50, 50], { sample: { rate: 1, perSecond: 20 } });
    expect(stretches.map(({ levels }) => levels)).toEqual([
      [0.001],
      [0.0625],
      [0.0625],
      [0.015625],
      [0.015625],
      [0.015625],
      [0.25],
    ]);
    const [, second, third] = stretches;
    expect(Math.abs((second?.sampled ?? 0) - 62.5)).toBeLessThan(spread(1000, 0.0625));
    // A rise is answered one stretch late.
    expect(Math.abs((third?.sampled ?? 0) - 250)).toBeLessThan(spread(4000, 0.0625));
  });

  it('never goes above the declared rate, nor below piMin', () => {
    const slow = paced([10, 10, 10], { sample: { rate: 0.5, perSecond: 1000 } });
    expect(slow[2]?.levels).toEqual([0.5]);
    const fast = paced([400, 400, 400], { sample: { rate: 0.5, perSecond: 1 }, piMin: 0.1 });
    expect(fast[2]?.levels).toEqual([0.1]);
  });

  it('forgets a demand that is long over', () => {
    const stretches = paced([400, 0, 0, 10], { sample: { rate: 1, perSecond: 20 } });
    expect(stretches[3]?.levels).toEqual([1]);
  });

  it('keeps the ratio of the rules', () => {
    const random = seeded(112);
    const { decide } = instance({
      piMin: 0.01,
      sample: { rate: 0.4, rules: [{ model: 'o3', rate: 0.8 }], perSecond: 10 },
    });
    const pis = Array.from({ length: 2000 }, (_, index) => {
      const decision = decide(
        aCall(random, { startedAt: START + index * 10, model: index % 2 === 0 ? 'o3' : 'gpt-5' }),
        `${index}`,
      );
      return decision.status === 'outside' ? 0 : decision.pi;
    });
    expect(pis.slice(-2)).toEqual([0.1, 0.05]);
  });
});
