import { DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import { expect, it } from 'vitest';
import { ledgerMetrics, type Report } from '../../packages/evaluator/src/emit/ledger-metrics.js';
import { scrapeOf } from '../../packages/evaluator/src/emit/prometheus-text.js';
import { look } from '../../packages/evaluator/src/evaluator/look.js';
import type { Ledger } from '../../packages/evaluator/src/ledger/ledger.js';
import type { LedgerSnapshot, RunState } from '../../packages/evaluator/src/ledger/snapshot.js';
import { AT, run } from '../evaluator/report.js';
import { fullReport, fullRun } from './full-report.js';

/** A ledger of which only the lease and the numbers are: each look finds more. */
function growingLedger() {
  let lease: { readonly holder: string; readonly until: number } | null = null;
  let looks = 0;
  const tryLease: Ledger['tryLease'] = (holder, now, ttlMs) => {
    if (lease !== null && lease.holder !== holder && lease.until > now) return Promise.resolve(false);
    lease = { holder, until: now + ttlMs };
    return Promise.resolve(true);
  };
  const snapshot: Ledger['snapshot'] = ({ now }) => {
    looks += 1;
    return Promise.resolve(grown(now, looks));
  };
  const noteQueue = async (): Promise<void> => undefined;
  const ledger = {
    tryLease,
    noteQueue,
    snapshot,
    closeSlices: async () => [],
    compact: async () => 0,
    expire: async () => 0,
  };
  return ledger as unknown as Ledger;
}

/** As it is after so many looks: from the fourth on with a second run, of other segments. */
function grown(at: number, looks: number): LedgerSnapshot {
  const full = fullRun();
  const more = (state: RunState, times: number): RunState => ({
    ...state,
    arms: Object.fromEntries(
      Object.entries(state.arms).map(([name, arm]) => [
        name,
        {
          ...arm,
          outcomes: arm.outcomes.map((one) => ({ ...one, pairs: one.pairs * times })),
          judgements: arm.judgements.map((one) => ({ ...one, pairs: one.pairs * times })),
          funnel: { ...arm.funnel, stored: arm.funnel.stored * times, scored: arm.funnel.scored * times },
        },
      ]),
    ),
  });
  const next = { ...run({ segments: { attribute: 'route', critical: ['sales'] } }, 2), registeredAt: AT - 1000 };
  const runs = [more(full, looks), ...(looks > 3 ? [more({ ...full, run: next }, looks - 3)] : [])];
  return { ...fullReport().snapshot, at, runs };
}

/** A process that looks and emits, until it is killed. */
function replica(holder: string, ledger: Ledger, now: () => number) {
  let report: Report | null = null;
  const producer = ledgerMetrics(() => report);
  return {
    async look(): Promise<void> {
      const nothing = (): undefined => undefined;
      const told = { onReport: nothing, onClosed: nothing, onTransition: nothing };
      const queue = { connectedSince: 0, handledThrough: now() };
      const fail = (error: unknown): never => {
        throw error;
      };
      report = await look({ ledger, holder, now, queue: () => queue, retentionMs: null, ...told, onError: fail });
    },
    async collect(): Promise<readonly MetricData[]> {
      const { resourceMetrics } = await producer.collect();
      return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
    },
    scrape: () => scrapeOf(report, '').body,
  };
}

interface Seen {
  readonly since: readonly number[];
  readonly values: readonly number[];
}

/** What only grows: counters, and of histograms each bucket. */
function* growing(metrics: readonly MetricData[]): Iterable<readonly [string, Seen]> {
  for (const metric of metrics) {
    const { name } = metric.descriptor;
    if (metric.dataPointType === DataPointType.SUM) {
      for (const { attributes, startTime, value } of metric.dataPoints)
        yield [`${name} ${JSON.stringify(attributes)}`, { since: startTime, values: [value] }];
    } else if (metric.dataPointType === DataPointType.HISTOGRAM) {
      for (const { attributes, startTime, value } of metric.dataPoints) {
        const values = [...value.buckets.counts, value.count, value.sum ?? 0];
        yield [`${name} ${JSON.stringify(attributes)}`, { since: startTime, values }];
      }
    }
  }
}

it('counters of the ledger go on from replica to replica, from one start, and never back', async () => {
  let now = AT;
  const ledger = growingLedger();
  const series = new Map<string, Seen[]>();
  const names = new Set<string>();
  const collected = async (from: ReturnType<typeof replica>): Promise<void> => {
    for (const [key, seen] of growing(await from.collect())) {
      series.set(key, [...(series.get(key) ?? []), seen]);
      names.add(key.split(' ')[0] ?? '');
    }
  };

  // The second one's clock is behind.
  const [first, second] = [replica('a', ledger, () => now), replica('b', ledger, () => now - 3000)];
  await first.look();
  await second.look();
  await collected(first);
  expect(await second.collect()).toEqual([]);
  expect(second.scrape()).toBe('');
  now += 1000;
  await first.look();
  await collected(first);

  // The first is killed: until its lease ends nobody says anything.
  now += 10_000;
  await second.look();
  expect(await second.collect()).toEqual([]);
  now += 10_000;
  await second.look();
  await collected(second);
  expect(second.scrape()).toContain('understudy_pairs_total');

  // It comes back under another name, finds the lease taken, and takes over later, when the experiment has another run.
  const third = replica('a2', ledger, () => now);
  await third.look();
  expect(await third.collect()).toEqual([]);
  now += 30_000;
  await third.look();
  await collected(third);

  expect([...names]).toEqual(
    expect.arrayContaining(['understudy.funnel', 'understudy.pairs', 'understudy.score', 'understudy.evaluation.cost']),
  );
  let grew = 0;
  for (const [key, all] of series) {
    for (const [at, seen] of all.entries()) {
      expect(seen.since, key).toEqual(all[0]?.since);
      const before = all[at - 1]?.values ?? seen.values;
      expect(
        seen.values.every((value, part) => value >= (before[part] ?? 0)),
        key,
      ).toBe(true);
      if (seen.values.some((value, part) => value > (before[part] ?? 0))) grew += 1;
    }
  }
  expect(grew).toBeGreaterThan(20);
  const stored = [...series].find(([key]) => key.startsWith('understudy.funnel') && key.includes('stored'));
  expect(stored?.[1].map(({ values }) => values[0])).toEqual([65, 130, 195, 4 * 65 + 65]);
});
