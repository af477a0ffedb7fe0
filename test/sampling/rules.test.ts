import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../packages/instrumentation/src/errors.js';
import { resolveExperiment } from '../../packages/instrumentation/src/experiment/resolve.js';
import { runOf } from '../../packages/instrumentation/src/experiment/run.js';
import { resolveSource } from '../../packages/instrumentation/src/options.js';
import { setupOf } from '../../packages/instrumentation/src/instrumentation-setup.js';
import { seeded } from '../simulation/random.js';
import { aCall, instance, spread } from './deciding.js';

const minimal = { name: 'e', candidate: { model: 'm' }, content: 'full' as const };
const route = { attribute: 'app.route', value: 'refunds', rate: 0.5 };

function issuesOf(work: () => unknown): readonly string[] {
  try {
    work();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.issues;
  }
}

describe('sampling rules', () => {
  it('give the probability of the first one a call meets in all it names', () => {
    const random = seeded(101);
    const { decide } = instance({
      sample: { rate: 0.1, rules: [{ ...route, model: 'gpt-5', rate: 0.4 }, route, { model: 'gpt-*', rate: 0.2 }] },
    });
    const pi = (model: string, context: object): unknown =>
      decide(aCall(random, { model, context: { ...context } }), 'x');
    expect(pi('gpt-5', { 'app.route': 'refunds' })).toMatchObject({ pi: 0.4 });
    expect(pi('o3', { 'app.route': 'refunds' })).toMatchObject({ pi: 0.5 });
    expect(pi('gpt-5', {})).toMatchObject({ pi: 0.2 });
    expect(pi('o3', { 'app.route': ['refunds'] })).toMatchObject({ pi: 0.1 });
    expect(pi('o3', { 'app.route': 'x'.repeat(1e6) })).toMatchObject({ pi: 0.1 });
  });

  it('leave out a class at rate 0 so that coverage can see how large it is', () => {
    const random = seeded(102);
    const { decide } = instance({ sample: { rate: 0.25, rules: [{ ...route, rate: 0 }] } });
    const decisions = Array.from({ length: 4000 }, (_, index) =>
      decide(aCall(random, { context: { 'app.route': 'refunds' } }), `${index}`),
    );
    expect(decisions.every((decision) => decision.status !== 'outside' && decision.pi === 0.25)).toBe(true);
    const drawn = decisions.filter(({ status }) => status === 'sampled');
    expect(drawn.every((decision) => decision.status === 'sampled' && decision.refused === 'below_pi_min')).toBe(true);
    expect(Math.abs(drawn.length - 1000)).toBeLessThan(spread(4000, 0.25));
  });

  it('are off where every rate is 0', () => {
    const { decide } = instance({ sample: { rate: 0, rules: [{ ...route, rate: 0 }] } });
    expect(decide(aCall(seeded(1)), 'x')).toEqual({ status: 'outside', reason: 'disabled' });
  });

  it('keep a place for the segments they name', () => {
    const random = seeded(103);
    const { decide } = instance({
      segments: { attribute: 'app.route', max: 2 },
      sample: { rate: 0.1, rules: [{ segment: 'refunds', rate: 1 }] },
    });
    const routes = ['a', 'b', 'c', 'refunds'];
    const decisions = routes.map((name) => decide(aCall(random, { context: { 'app.route': name } }), name));
    expect(decisions).toMatchObject([
      { segment: 'a', pi: 0.1 },
      { segment: '_other', pi: 0.1 },
      { segment: '_other', pi: 0.1 },
      { segment: 'refunds', pi: 1, status: 'sampled' },
    ]);
  });

  it('set the default of piMin, and are no part of the run once it is declared', () => {
    const sample = { rate: 0.1, rules: [route, { model: 'x', rate: 0.02 }, { model: 'y', rate: 0 }] };
    expect(resolveExperiment({ ...minimal, sample }).piMin).toBe(0.02);
    const declared = resolveExperiment({ ...minimal, sample, piMin: 0.01 });
    expect(runOf(declared).id).toBe(runOf(resolveExperiment({ ...minimal, piMin: 0.01 })).id);
  });

  it.each([
    [{ sample: { rules: [{ rate: 0.5 }] } }, 'sample.rules.0: expected what it is about'],
    [{ sample: { rules: [{ attribute: 'a', rate: 0.5 }] } }, 'sample.rules.0: expected a `value`'],
    [{ sample: { rules: [{ model: 'a', value: 'b', rate: 0.5 }] } }, 'sample.rules.0: expected a `value`'],
    [
      { sample: { rules: [{ attribute: 'a', header: 'b', value: 'c', rate: 0.5 }] } },
      'sample.rules.0: expected a `value`',
    ],
    [{ sample: { rules: [{ header: 'Authorization', value: '*', rate: 1 }] } }, 'sample.rules.0.header'],
    [{ sample: { rules: [{ header: 'x-api-key', value: '*', rate: 1 }] } }, 'sample.rules.0.header'],
    [{ sample: { rules: [{ ...route, rate: 2 }] } }, 'sample.rules.0.rate'],
    [{ sample: { rules: [{ ...route, rate: 0.05 }] }, piMin: 0.1 }, 'sample.rules.0.rate: expected 0, or at least'],
    [{ sample: { rules: [{ segment: 'a', rate: 0.5 }] } }, 'sample.rules.0.segment: expected `segments`'],
    [{ sample: { rules: Array.from({ length: 51 }, () => route) } }, 'sample.rules'],
    [
      { sample: { rules: [{ segment: 'a', rate: 1 }] }, segments: { attribute: 'r', max: 1, critical: ['b'] } },
      'sample.rules: expected at most segments.max (1)',
    ],
    [{ sample: { key: 'user' } }, 'sample.by: expected `key`'],
    [{ sample: { perSecond: 5 } }, 'piMin: expected the least probability'],
    [{ sample: { perSecond: 0 }, piMin: 0.01 }, 'sample.perSecond'],
  ])('are refused where they make no sense: %j', (change, issue) => {
    const issues = issuesOf(() => resolveExperiment({ ...minimal, ...change }));
    expect(issues).toHaveLength(1);
    expect(issues[0]).toContain(issue);
  });

  it('stay as they are beside a rate from the environment, and go with a rate of 0', () => {
    const sample = { rate: 0.2, rules: [{ ...route, rate: 0.1 }] };
    const under = (rate: string): unknown => {
      const environment = { UNDERSTUDY_SAMPLE_RATE: rate };
      const found = resolveSource({ experiments: [{ ...minimal, sample }], environment });
      return found.status === 'ready' ? found.source.experiments[0] : null;
    };
    expect(under('0.5')).toMatchObject({ sample: { rate: 0.5, rules: sample.rules }, piMin: 0.1 });
    expect(under('0.05')).toMatchObject({ sample: { rate: 0.05, rules: sample.rules }, piMin: 0.05 });
    expect(under('0')).toMatchObject({ sample: { rate: 0, rules: [] }, piMin: 0.1 });
  });

  it('need to know where a sticky key comes from', () => {
    const trace = resolveExperiment(minimal);
    const key = resolveExperiment({ ...minimal, sample: { by: 'key' } });
    const rules = { e: { sampleKey: () => 'k' } };
    expect(issuesOf(() => setupOf(key, {}))[0]).toContain('sample.key');
    expect(issuesOf(() => setupOf(trace, { rules }))[0]).toContain('sample.by');
    expect(issuesOf(() => setupOf(key, { rules }))).toEqual([]);
  });
});

describe('the window', () => {
  const from = '2026-11-21T00:00:00Z';
  const day = 86_400_000;

  it('is open from its beginning to just before its end, and shut outside', () => {
    const random = seeded(104);
    const start = Date.parse(from);
    for (const window of [
      { from, days: 7 },
      { from: '2026-11-21T01:00:00+01:00', until: '2026-11-28T00:00:00Z' },
    ]) {
      const { decide } = instance({ sample: { rate: 1 }, window });
      const statuses = [start - 1, start, start + 7 * day - 1, start + 7 * day].map(
        (startedAt) => decide(aCall(random, { startedAt }), 'x').status,
      );
      expect(statuses).toEqual(['outside', 'sampled', 'sampled', 'outside']);
    }
  });

  it('is no part of the run', () => {
    const ids = [undefined, { from, days: 7 }, { from, days: 8 }].map(
      (window) => runOf(resolveExperiment({ ...minimal, ...(window && { window }) })).id,
    );
    expect(new Set(ids).size).toBe(1);
  });

  it.each([
    [{ from, days: 31 }, 'expected at most 30 days'],
    [{ from, days: 3, maxDays: 2 }, 'expected at most 2 days'],
    [{ from, until: '2027-11-21T00:00:00Z' }, 'expected at most 30 days'],
    [{ from, until: from }, 'expected a time after'],
    [{ from }, 'expected either'],
    [{ from, days: 1, until: '2026-11-22T00:00:00Z' }, 'expected either'],
    [{ from: '2026-11-21', days: 1 }, 'expected a time with an offset'],
  ])('is refused as %j', (window, issue) => {
    const issues = issuesOf(() => resolveExperiment({ ...minimal, window }));
    expect(issues).toHaveLength(1);
    expect(issues[0]).toContain(issue);
  });

  it('may be longer where that is said', () => {
    const { window } = resolveExperiment({ ...minimal, window: { from, days: 90, maxDays: 100 } });
    expect(window).toEqual({ from: Date.parse(from), until: Date.parse(from) + 90 * day });
  });
});
