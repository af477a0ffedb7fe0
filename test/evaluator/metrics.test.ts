import { describe, expect, it } from 'vitest';
import { ledgerMetrics, type Report } from '../../packages/evaluator/src/emit/ledger-metrics.js';
import { EMPTY_HEALTH, type JudgeHealth } from '../../packages/evaluator/src/judge/trial/judge-health.js';
import { type Asked, type JudgingState, NO_LABELS } from '../../packages/evaluator/src/ledger/judging-state.js';
import { observe } from '../../packages/evaluator/src/tally/observed.js';
import type { StoredPair } from '../../packages/evaluator/src/tally/stored-pair.js';
import { arm, AT, errorsTally, funnel, report, run, runState } from './report.js';

interface Series {
  readonly value: unknown;
  readonly attributes: unknown;
}

async function collect(of: Report | null) {
  const { resourceMetrics } = await ledgerMetrics(() => of).collect();
  const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  const series = (name: string): readonly Series[] =>
    metrics.filter((one) => one.descriptor.name === name).flatMap((one) => [...one.dataPoints] as readonly Series[]);
  const value = (name: string, attributes: Readonly<Record<string, string>>): unknown =>
    series(name).find((point) =>
      Object.entries(attributes).every(([key, wanted]) => (point.attributes as Record<string, string>)[key] === wanted),
    )?.value;
  return { metrics, series, value };
}

describe('ledgerMetrics', () => {
  it('says nothing where another replica holds the lease', async () => {
    expect((await collect(null)).metrics).toEqual([]);
  });

  it('has one state at 1 and the others at 0, overall and per critical segment', async () => {
    const critical = run({ segments: { attribute: 'route', critical: ['refunds'] } });
    const streams = { _all: { errors: errorsTally(0, 1000, 0) }, refunds: { errors: errorsTally(0, 100, 200) } };
    const { series, value } = await collect(report([runState({ run: critical, arms: { small: arm({ streams }) } })]));
    const of = { experiment: 'support', arm: 'small' };
    expect(series('understudy.verdict')).toHaveLength(10);
    for (const segment of ['_all', 'refunds']) {
      const states = series('understudy.verdict').filter(
        (point) => (point.attributes as Record<string, string>)['segment'] === segment,
      );
      expect(states.reduce((sum, point) => sum + (point.value as number), 0)).toBe(1);
      expect(value('understudy.verdict', { ...of, segment, state: 'no_go' })).toBe(1);
    }
    expect(value('understudy.estimate', { ...of, segment: 'refunds', metric: 'errors', bound: 'point' })).toBeCloseTo(
      2 / 3,
      9,
    );
    expect(
      value('understudy.evidence', { ...of, segment: 'refunds', metric: 'errors', claim: 'harm' }),
    ).toBeGreaterThan(4);
  });

  it('calls no segment GO where the sample is unsound, and keeps what stopped a segment', async () => {
    const critical = run({ segments: { attribute: 'route', critical: ['refunds', 'sales'] } });
    const safe = { errors: errorsTally(0, 1000, 0) };
    const streams = { _all: safe, refunds: safe, sales: safe };
    const stopped = {
      run: critical.id,
      arm: 'small',
      state: 'no_go',
      stream: 'sales',
      sentence: 'x',
      pairs: 9,
      at: AT,
    } as const;
    const states = async (change: Partial<Parameters<typeof arm>[0]>, noise = arm()) => {
      const arms = { small: arm({ streams, ...change }), aa: noise };
      const { series } = await collect(report([runState({ run: critical, arms })]));
      return series('understudy.verdict')
        .filter(({ value }) => value === 1)
        .map(({ attributes }) => (attributes as Record<string, string>)['state']);
    };
    expect(await states({})).toEqual(['go', 'go', 'go']);
    expect(await states({ funnel: funnel({ lost: 50, stored: 950 }) })).toEqual(['hold', 'hold', 'hold']);
    expect(await states({ transitions: [stopped] })).toEqual(['no_go', 'go', 'no_go']);
    const biased = arm({ streams: { _all: { errors: errorsTally(0, 500, 500) } } });
    expect(await states({}, biased)).toEqual(['invalid', 'invalid', 'invalid']);
  });

  it('speaks of the newest run alone, but counts every run of the experiment', async () => {
    const old = runState({ arms: { small: arm({ funnel: funnel({ stored: 40, late: 3, lost: 2, aside: 1 }) }) } });
    const current = runState({
      run: run({ noise: { rate: 1 } }, 2),
      arms: { small: arm({ funnel: funnel({ stored: 7 }) }) },
    });
    const { series, value, metrics } = await collect(report([old, current]));
    expect(series('understudy.verdict')).toHaveLength(5);
    expect(value('understudy.funnel', { stage: 'stored', arm: 'small' })).toBe(47);
    expect(value('understudy.dropped', { reason: 'lost' })).toBe(5);
    expect(value('understudy.dropped', { reason: 'aside' })).toBe(1);
    const counter = metrics.find((one) => one.descriptor.name === 'understudy.funnel');
    expect(counter).toMatchObject({ isMonotonic: true, aggregationTemporality: 1 });
    expect(counter?.dataPoints[0]?.startTime).toEqual([(AT - 3_600_000) / 1000, 0]);
    expect(counter?.dataPoints[0]?.endTime).toEqual([AT / 1000, 0]);
  });

  it('counts pairs by outcome and segment, of which those that are not critical are told apart by no run of theirs', async () => {
    const outcomes = [
      { segment: 'a', primary: 'ok', shadow: 'ok', pairs: 5 },
      { segment: 'a', primary: 'ok', shadow: 'error', pairs: 2 },
      { segment: '_none', primary: 'ok', shadow: 'ok', pairs: 8 },
      { segment: 'c', primary: 'ok', shadow: 'aborted', pairs: 3 },
      { segment: 'b', primary: 'error', shadow: 'error', pairs: 1 },
      { segment: 'b', primary: 'aborted', shadow: 'ok', pairs: 1 },
      { segment: 'b', primary: 'ok', shadow: 'aborted', pairs: 1 },
    ] as const;
    const critical = run({ segments: { attribute: 'route', critical: ['a'] } });
    const old = runState({ run: critical, arms: { small: arm({ outcomes }) } });
    const { series, value } = await collect(report([old]));
    expect(series('understudy.pairs')).toHaveLength(5);
    expect(value('understudy.pairs', { segment: '_other', outcome: 'aborted' })).toBe(5);
    expect(value('understudy.pairs', { segment: '_none' })).toBe(8);
    expect(value('understudy.pairs', { segment: 'a', outcome: 'shadow_error' })).toBe(2);
    // What the next run names is no longer one of the others from then on; what was counted stays where it was.
    const other = run({ segments: { attribute: 'route', critical: ['b'] } }, 2);
    const later = await collect(report([old, runState({ run: other, arms: { small: arm({ outcomes }) } })]));
    expect(later.value('understudy.pairs', { segment: '_other', outcome: 'aborted' })).toBe(8);
    expect(later.value('understudy.pairs', { segment: 'b', outcome: 'aborted' })).toBe(2);
    expect(later.value('understudy.pairs', { segment: 'a', outcome: 'shadow_error' })).toBe(2);
  });

  it('uses no unit and no name that a backend would rename', async () => {
    const { metrics } = await collect(report([runState()]));
    expect(metrics.length).toBeGreaterThan(6);
    for (const { descriptor } of metrics) {
      expect(descriptor.name).toMatch(/^understudy\.[a-z_.]+(?<!_total)$/);
      expect(descriptor.unit).toMatch(descriptor.name.endsWith('.seconds') ? /^s$/ : /^$|^\{\w+\}$/);
    }
  });

  it('tells how the judge of a current run does, and what it said', async () => {
    const health: JudgeHealth = {
      ...EMPTY_HEALTH,
      canaries: {
        ...EMPTY_HEALTH.canaries,
        empty: { given: 100, detected: 98, falseWins: 2, tied: 0, abstained: 0 },
      },
      pairs: { ...EMPTY_HEALTH.pairs, agreed: 90, disagreed: 10 },
      positions: { first: 60, second: 50, tie: 90 },
    };
    const judging: JudgingState = {
      judge: 'abc',
      health,
      sensitivity: 0.9,
      unfit: null,
      waitsFor: null,
      waiting: 0,
      openSlices: { judgements: 0, labels: 0 },
    };
    const judged = arm({
      judgements: [
        { segment: '_none', outcome: 'shadow', pairs: 30 },
        { segment: '_none', outcome: 'abstained', pairs: 4 },
      ],
      labels: {
        ...NO_LABELS,
        offered: 20,
        answered: 20,
        table: [
          [9, 0, 1],
          [0, 0, 0],
          [1, 0, 9],
        ],
      },
    });
    const old = runState({ run: run({ noise: { rate: 0.5 } }), judging, arms: { small: judged } });
    const { series, value } = await collect(
      report([old, runState({ run: run({}, 2), judging, arms: { small: judged } })]),
    );
    const of = { judge: 'abc', experiment: 'support' };
    expect(series('understudy.judge.consistency')).toHaveLength(1);
    expect(value('understudy.judge.consistency', of)).toBe(0.9);
    expect(value('understudy.judge.position_bias', of)).toBeCloseTo(0.05, 9);
    expect(value('understudy.judge.false_wins', of)).toBe(0.02);
    expect(value('understudy.judge.agreement', of)).toBeCloseTo(0.8, 9);
    // Counters are of all runs.
    expect(value('understudy.judgements', { arm: 'small', segment: '_none', outcome: 'shadow' })).toBe(60);
    expect(value('understudy.judgements', { arm: 'small', outcome: 'abstained' })).toBe(8);
    expect(value('understudy.funnel', { arm: 'small', stage: 'judged' })).toBe(60);
  });

  it('has the scores of the evidence as histograms, of all segments and of critical ones, and counts what is missing', async () => {
    const critical = run({ segments: { attribute: 'route', critical: ['refunds'] } });
    const ok = { status: 'ok', durationMs: 1 } as const;
    const scored = (scores: Readonly<Record<string, number | null>>[], segment: string): readonly StoredPair[] =>
      scores.map((ab, at) => ({
        call: `${segment} ${at}`,
        arm: 'small',
        producer: 'p',
        segment,
        cluster: `${segment} ${at}`,
        facts: { v: 1, pi: 1, primary: ok, shadow: ok, aa: null, scores: { ab, aa: {} } },
      }));
    const evidence = [
      ...scored([{ lexical: 1 }, { lexical: 0.55, embedding: null }, { lexical: 0, embedding: 0.995 }], 'refunds'),
      ...scored([{ lexical: 0.1 }], 'sales'),
    ];
    const { observed } = observe(evidence, evidence);
    const parts = Object.fromEntries(observed.map((one) => [one.stream, one]));
    const state = (): ReturnType<typeof runState> =>
      runState({ run: critical, arms: { small: arm({ observed: parts }) } });
    const { series, value } = await collect(report([state(), state()]));
    const of = { experiment: 'support', arm: 'small', scorer: 'lexical' };
    expect(series('understudy.score').map(({ attributes }) => (attributes as { segment: string }).segment)).toEqual(
      expect.not.arrayContaining(['sales']),
    );
    expect(value('understudy.score', { ...of, segment: '_all' })).toEqual({
      buckets: {
        boundaries: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99],
        counts: [2, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2],
      },
      sum: expect.closeTo(2 * 1.65, 5),
      count: 8,
    });
    expect(value('understudy.score', { ...of, segment: 'refunds' })).toMatchObject({ count: 6 });
    expect(value('understudy.score.missing', { ...of, scorer: 'embedding' })).toBe(2);
    expect(value('understudy.score.missing', of)).toBe(0);
  });

  it('counts what evaluators asked models for, what it cost, and what judges abstained of', async () => {
    const health: JudgeHealth = { ...EMPTY_HEALTH, abstained: { timeout: 3, truncated: 1 } };
    const openSlices = { judgements: 0, labels: 0 };
    const judging = { judge: 'abc', health, sensitivity: 0.9, unfit: null, waiting: 0, openSlices } as JudgingState;
    const one = (who: Asked['who'], outcome: Asked['outcome'], calls: number, cost: number): Asked => ({
      experiment: 'support',
      who,
      outcome,
      calls,
      cost,
    });
    const asked = [
      one('judge', 'answered', 90, 2e9),
      one('judge', 'failed', 3, 5e8),
      one('judge', 'unpaid', 7, 0),
      one('embeddings', 'refused', 4, 0),
      { ...one('judge', 'answered', 1, 1), experiment: 'of no run' },
    ];
    const { series, value } = await collect(
      report([runState({ judging, arms: { small: arm() } }), runState({ run: run({}, 2), judging })], { asked }),
    );
    expect(series('understudy.evaluation.calls')).toHaveLength(4);
    expect(value('understudy.evaluation.calls', { for: 'judge', outcome: 'answered' })).toBe(90);
    expect(value('understudy.evaluation.calls', { for: 'embeddings', outcome: 'refused' })).toBe(4);
    expect(series('understudy.evaluation.cost')).toHaveLength(1);
    expect(value('understudy.evaluation.cost', { experiment: 'support', for: 'judge' })).toBeCloseTo(2.5, 9);
    expect(value('understudy.judge.abstained', { experiment: 'support', reason: 'timeout' })).toBe(6);
  });

  it('says nothing of judges where there are none', async () => {
    const { metrics } = await collect(report([runState()]));
    expect(metrics.filter(({ descriptor }) => /judge/.test(descriptor.name))).toEqual([]);
  });
});
