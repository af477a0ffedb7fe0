import { describe, expect, it } from 'vitest';
import type { ExperimentInput } from '../../packages/instrumentation/src/experiment/definition.js';
import { seeded } from '../simulation/random.js';
import { aCall, BY_RULES, hexId, instance, spread } from './deciding.js';

const CALLS = 8000;

describe('the share that is drawn', () => {
  const strategies: readonly [string, Partial<ExperimentInput>, Readonly<Record<string, number>>][] = [
    ['by trace', { sample: { rate: 0.3 } }, { mini: 0.3, bulk: 0.3, refunds: 0.3, acme: 0.3, other: 0.3 }],
    [
      'by key',
      { sample: { rate: 0.3, by: 'key', key: 'user' } },
      { mini: 0.3, bulk: 0.3, refunds: 0.3, acme: 0.3, other: 0.3 },
    ],
    ['by rules', BY_RULES.experiment, BY_RULES.rates],
  ];

  it.each(strategies)('%s is the declared one in every class, and the stored one', (_, experiment, rates) => {
    const random = seeded(91);
    const instances = [1, 2, 3].map(() => instance(experiment));
    for (const [kind, rate] of Object.entries(rates)) {
      let drawn = 0;
      for (let index = 0; index < CALLS; index += 1) {
        const call = aCall(random, {
          model: kind === 'mini' ? 'gpt-5-mini' : 'gpt-5',
          context: {
            user: hexId(random, 8),
            ...(kind === 'bulk' ? { job: 'bulk-7' } : {}),
            ...(kind === 'refunds' ? { route: 'refunds' } : {}),
          },
          wire: { headers: new Map(kind === 'acme' ? [['x-tenant', 'acme']] : []) },
        });
        const decision = instances[index % 3]?.decide(call, `${kind} ${index}`);
        expect(decision).toMatchObject({ pi: rate });
        if (decision?.status === 'sampled') drawn += 1;
      }
      expect(Math.abs(drawn - CALLS * rate)).toBeLessThanOrEqual(spread(CALLS, rate));
    }
  });
});

describe('nesting', () => {
  it.each([{ by: 'trace' as const }, { by: 'key' as const, key: 'user' }])(
    'what a lower rate draws, a higher one draws, %j',
    (by) => {
      const random = seeded(92);
      const low = instance({ name: 'low', sample: { rate: 0.1, ...by } });
      const high = instance({ name: 'high', sample: { rate: 0.5, ...by } });
      let both = 0;
      for (let index = 0; index < CALLS; index += 1) {
        const call = aCall(random, { context: { user: hexId(random, 8) } });
        if (low.decide(call, `${index}`).status !== 'sampled') continue;
        both += 1;
        expect(high.decide(call, `other ${index}`).status).toBe('sampled');
      }
      expect(both).toBeGreaterThan(0);
    },
  );
});

describe('sticky sampling', () => {
  const rules = { rate: 0.3, by: 'key', key: 'user' } as const;

  it('draws all calls of a key or none, in every instance, whatever their traces', () => {
    const random = seeded(93);
    const instances = [1, 2, 3, 4].map(() => instance({ sample: rules }));
    let drawn = 0;
    for (let user = 0; user < 3000; user += 1) {
      const statuses = new Set(
        instances.map(({ decide }) => decide(aCall(random, { context: { user: `u${user}` } }), hexId(random)).status),
      );
      expect(statuses.size).toBe(1);
      if (statuses.has('sampled')) drawn += 1;
    }
    expect(Math.abs(drawn - 900)).toBeLessThan(spread(3000, 0.3));
  });

  it('draws a call without a key by its trace', () => {
    const random = seeded(94);
    const sticky = instance({ sample: rules });
    const plain = instance({ sample: { rate: 0.3 } });
    for (let index = 0; index < 2000; index += 1) {
      const call = aCall(random, { context: { user: ['', ['a'], undefined][index % 3] } });
      expect(sticky.decide(call, 'x').status).toBe(plain.decide(call, 'x').status);
    }
  });

  it('takes the key from a rule in code; one that throws costs nothing but its key', () => {
    const random = seeded(95);
    const rule = instance(
      { sample: rules },
      {
        sampleKey: ({ attributes }) => {
          if (attributes['broken'] === true) throw new Error('of the user');
          return typeof attributes['tenant'] === 'string' ? attributes['tenant'] : null;
        },
      },
    );
    const attribute = instance({ sample: rules });
    for (let index = 0; index < 500; index += 1) {
      const [tenant, user] = [`t${index}`, `u${index}`];
      const named = rule.decide(aCall(random, { context: { tenant, user } }), 'x');
      expect(named.status).toBe(attribute.decide(aCall(random, { context: { user: tenant } }), 'y').status);
      for (const context of [{ user }, { user, broken: true }]) {
        const fallen = rule.decide(aCall(random, { context }), 'x');
        expect(fallen.status).toBe(attribute.decide(aCall(random, { context: { user } }), 'y').status);
      }
    }
  });

  it('lets no key choose: one that a client made up is drawn as any other', () => {
    const random = seeded(96);
    const drawn = Array.from({ length: 1000 }, (_, index) => `${index} and me, please`).filter(
      (user) => instance({ sample: rules }).decide(aCall(random, { context: { user } }), 'x').status === 'sampled',
    ).length;
    expect(Math.abs(drawn - 300)).toBeLessThan(spread(1000, 0.3));
  });
});
