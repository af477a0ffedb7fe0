import { DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import { beforeAll, describe, expect, it } from 'vitest';
import { METRICS } from '../../packages/instrumentation/src/metric-descriptions.js';
import { DROP_REASONS } from '../../packages/instrumentation/src/trial/funnel.js';
import { makeCalls, type ManyCalls } from './many-calls.js';

/** `UNDERSTUDY_SYNTHETIC_CALLS=1000000` for the full measure. */
const CALLS = Number(process.env['UNDERSTUDY_SYNTHETIC_CALLS'] ?? 20_000);

interface Series {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: number;
}

describe('telemetry of many calls with any models, users and routes', () => {
  let made: ManyCalls;
  beforeAll(async () => {
    made = await makeCalls(CALLS);
  }, 1_800_000);

  /** A histogram's is how many numbers it holds. */
  const series = (name: string): readonly Series[] => {
    const metric = made.metrics.find(({ descriptor }) => descriptor.name === name);
    return metric === undefined ? [] : seriesOf(metric);
  };
  const sum = (name: string, wanted: Readonly<Record<string, unknown>> = {}): number =>
    series(name)
      .filter(({ attributes }) => Object.entries(wanted).every(([key, value]) => attributes[key] === value))
      .reduce((all, { value }) => all + value, 0);

  it('has few series', () => {
    const count = made.metrics.reduce((all, metric) => all + metric.dataPoints.length, 0);
    const stored = made.metrics.reduce((all, metric) => all + storedOf(metric), 0);
    console.log(
      `${made.calls} calls: ${count} series (${stored} stored), ${made.spanNames.size} names of spans, ${made.trials} trials`,
    );
    expect(count).toBeLessThanOrEqual(500);
    // Buckets, sum and count of each.
    expect(stored).toBeLessThanOrEqual(3500);
  });

  it('has few names of spans, whose attributes still say the model', () => {
    expect(made.spanNames.size).toBeLessThanOrEqual(28);
    expect(made.untrue).toBe(0);
    expect([...made.spanNames.keys()]).toEqual(
      expect.arrayContaining(['chat _OTHER', 'chat small-1', 'chat c-1', 'embeddings _OTHER']),
    );
  });

  it('still tells apart the models that the configuration names, by whatever junk they are surrounded', () => {
    const models = new Set(
      series('gen_ai.client.operation.duration')
        .filter(({ attributes }) => attributes['error.type'] === undefined)
        .map(({ attributes }) => String(attributes['gen_ai.request.model'])),
    );
    expect([...models].filter((one) => one === 'own-incumbent')).toHaveLength(1);
    // Of those that fit the pattern `gpt-*` the first ones, which users may choose.
    expect([...models].filter((one) => one.startsWith('gpt-')).length).toBeGreaterThanOrEqual(2);
  });

  it('counts every call, also those beyond what is told apart', () => {
    expect(sum('gen_ai.client.operation.duration')).toBe(made.calls);
    expect(sum('gen_ai.client.operation.duration', { 'gen_ai.request.model': '_OTHER' })).toBeGreaterThan(
      made.calls / 2,
    );
    const failed = series('gen_ai.client.operation.duration').filter(
      ({ attributes }) => attributes['error.type'] !== undefined,
    );
    const answered = made.calls - failed.reduce((all, { value }) => all + value, 0);
    expect(answered).toBeLessThan(made.calls);
    expect(sum('gen_ai.client.token.usage', { 'gen_ai.token.type': 'input' })).toBe(answered);
  });

  it('accounts for each call in each arm', () => {
    const arms = new Set(
      series('understudy.funnel').map(({ attributes: { experiment, arm } }) => JSON.stringify({ experiment, arm })),
    );
    expect(arms.size).toBe(7);
    for (const text of arms) {
      const arm = JSON.parse(text) as Record<string, string>;
      const reached = (stage: string): number => sum('understudy.funnel', { ...arm, stage });
      const lost = (after: string): number =>
        Object.entries(DROP_REASONS)
          .filter(([, loss]) => loss.after === after)
          .reduce((all, [reason]) => all + sum('understudy.dropped', { ...arm, reason }), 0);
      expect(reached('called')).toBe(made.calls);
      expect(reached('eligible')).toBe(reached('called') - lost('called'));
      expect(reached('sampled')).toBe(reached('eligible') - lost('eligible'));
      expect(reached('admitted')).toBe(reached('sampled') - lost('sampled'));
      expect(reached('answered')).toBe(reached('admitted') - lost('admitted'));
      expect(reached('paired')).toBe(reached('answered') - lost('answered'));
      expect(reached('paired')).toBeGreaterThan(0);
    }
  });

  it('measures both roles of each trial, in the segments that matter and all others together', () => {
    expect(sum('understudy.call.duration.seconds', { role: 'primary' })).toBe(made.trials);
    expect(sum('understudy.call.duration.seconds', { role: 'shadow' })).toBe(made.legs);
    const segments = new Set(series('understudy.call.duration.seconds').map(({ attributes }) => attributes['segment']));
    expect([...segments].toSorted()).toEqual(['_other', 'refunds']);
  });

  it('has no attribute, and no value of a closed set, that is not in the table', () => {
    for (const { descriptor, dataPoints } of made.metrics) {
      const described = METRICS.find(({ name }) => name === descriptor.name);
      expect(descriptor).toMatchObject({ description: described?.help, unit: described?.unit });
      for (const { attributes } of dataPoints) {
        for (const [key, value] of Object.entries(attributes)) {
          const values = described?.attributes[key];
          expect(values === null || values?.includes(String(value)), `${key} of ${descriptor.name}`).toBe(true);
        }
      }
    }
  });
});

/** What Prometheus makes of it. */
function storedOf(metric: MetricData): number {
  if (metric.dataPointType !== DataPointType.HISTOGRAM) return metric.dataPoints.length;
  return metric.dataPoints.reduce((all, { value }) => all + value.buckets.counts.length + 2, 0);
}

function seriesOf(metric: MetricData): readonly Series[] {
  if (metric.dataPointType === DataPointType.HISTOGRAM) {
    return metric.dataPoints.map(({ attributes, value: { count } }) => ({ attributes, value: count }));
  }
  return (metric.dataPoints as Series[]).map(({ attributes, value }) => ({ attributes, value }));
}
