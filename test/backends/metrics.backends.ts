import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRICS as OF_LEDGER } from '../../packages/evaluator/src/emit/descriptions.js';
import { prometheusName } from '../../packages/evaluator/src/emit/prometheus-text.js';
import { METRICS as OF_SERVICE } from '../../packages/instrumentation/src/metric-descriptions.js';
import { prometheusAt, type Sample } from './clients/prometheus.js';
import { backends, openLedgerReader } from './fixture.js';
import { startPrometheus } from './servers/prometheus.js';
import { CALLS, CANDIDATES, plannedCall, PROCESSES } from './world/traffic.js';

const { prometheus, jaeger, facts } = backends();
const ARMS = [...CANDIDATES, 'aa'];
const OURS = '{__name__=~"(understudy|gen_ai)_.+"}';
const rows: Record<string, number>[] = [];

afterAll(() => console.table(Object.assign({}, ...rows) as object));

/** A histogram is one series to OpenTelemetry; in Prometheus it has one for each bucket, its sum and its count. */
const familyOf = (name: string): string => name.replace(/_(bucket|sum|count)$/, '');

function streamsOf(
  series: readonly Readonly<Record<string, string>>[],
  without: readonly string[],
): ReadonlySet<string> {
  return new Set(
    series.map(({ __name__: name = '', ...labels }) => {
      const kept = Object.entries(labels).filter(([label]) => !['le', ...without].includes(label));
      return JSON.stringify([familyOf(name), kept.toSorted(([a], [b]) => (a < b ? -1 : 1))]);
    }),
  );
}

/** By the name in Prometheus; of what both sides count, the ledger's. */
const KNOWN = new Map([...OF_SERVICE, ...OF_LEDGER].map((metric) => [nameOf(metric), metric]));

describe('2,000 calls on the real servers', () => {
  it('make few names of spans', async () => {
    const services = (await jaeger.services()).filter((service) => service !== 'jaeger');
    expect(services.toSorted()).toEqual(['support', 'understudy-evaluator']);
    const names = (await Promise.all(services.map((service) => jaeger.operations(service)))).flat();
    rows.push({ 'names of spans': names.length });
    expect(names.toSorted()).toEqual(
      ['POST /ask', 'chat gpt-5', 'chat gpt-5-mini', 'chat gpt-5-nano', 'evaluate', 'judge'].toSorted(),
    );
  });

  it('make few series in each process', async () => {
    const series = await prometheus.series(OURS);
    const each = [...Map.groupBy(series, ({ instance = '' }) => instance)].map(
      ([instance, own]) => [instance, streamsOf(own, []).size] as const,
    );
    rows.push({
      ...Object.fromEntries(each.map(([instance, streams]) => [`series of ${instance}`, streams])),
      'series of all': streamsOf(series, ['instance', 'job']).size,
      'as Prometheus stores them, buckets and processes apart': series.length,
    });
    expect(each).toHaveLength(PROCESSES + 1);
    for (const [, streams] of each) expect(streams).toBeLessThanOrEqual(500);
  });

  it('have the names of the documented table, and no others', async () => {
    const received = [...new Set((await prometheus.series(OURS)).map(({ __name__: name = '' }) => name))];
    const families = new Set(received.map((name) => (KNOWN.has(name) ? name : familyOf(name))));
    expect([...families].filter((name) => !KNOWN.has(name))).toEqual([]);
    expect(families.size).toBeGreaterThan(25);
    const histograms = received.filter((name) => name.endsWith('_bucket')).map(familyOf);
    expect(histograms.filter((name) => KNOWN.get(name)?.kind !== 'histogram')).toEqual([]);
    expect(histograms.length).toBeGreaterThan(3);
  });
});

function nameOf(metric: {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly unit: string;
}): string {
  const name = prometheusName(metric);
  return metric.unit === 's' && !name.endsWith('_seconds') ? `${name}_seconds` : name;
}

/** A unit in braces says what is counted, to people. */
function unitOf(unit = ''): string {
  return unit === 's' ? 'seconds' : '';
}

describe('nothing goes uncounted', () => {
  let stage: Readonly<Record<string, Readonly<Record<string, number>>>>;
  let dropped: Readonly<Record<string, number>>;
  let kinds: Readonly<Record<string, Readonly<Record<string, number>>>>;

  beforeAll(async () => {
    stage = nested(await prometheus.query('sum by (arm, stage) (understudy_funnel_total)'), 'stage');
    kinds = nested(await prometheus.query('sum by (arm, reason) (understudy_dropped_total)'), 'reason');
    dropped = await prometheus.sums('understudy_dropped_total{reason!="lost"}', 'arm');
  });

  it('every call was seen, and every one that was not forbidden admitted or refused for a reason', () => {
    for (const arm of CANDIDATES) {
      const reached = stage[arm] ?? {};
      expect({ arm, called: reached['called'], sampled: reached['sampled'] }).toEqual({
        arm,
        called: CALLS,
        sampled: CALLS,
      });
      const planned = Array.from({ length: CALLS }, (_, number) => plannedCall(number));
      expect(kinds[arm]?.['disallowed_feature']).toBe(planned.filter(({ forbidden }) => forbidden).length);
      expect({ arm, sum: (reached['stored'] ?? 0) + (dropped[arm] ?? 0) }).toEqual({ arm, sum: CALLS });
    }
  });

  it('what was paired is stored, scored and, of what was drawn, judged, as the ledger has it', async () => {
    await using ledger = openLedgerReader();
    const stored = await ledger.stored();
    for (const arm of ARMS) {
      const reached = stage[arm] ?? {};
      expect({ arm, paired: reached['paired'] }).toEqual({ arm, paired: stored[arm] });
      expect({ arm, scored: reached['scored'] }).toEqual({ arm, scored: stored[arm] });
    }
    const pairs = await prometheus.sums('understudy_pairs_total', 'arm');
    expect(pairs).toEqual(stored);
  });
});

function nested(samples: readonly Sample[], by: string): Record<string, Record<string, number>> {
  const found: Record<string, Record<string, number>> = {};
  for (const { labels, value } of samples) (found[labels['arm'] ?? ''] ??= {})[labels[by] ?? ''] = value;
  return found;
}

describe('a scrape', () => {
  it('gives what was pushed', async () => {
    const targets = facts.evaluators.map(({ url }) => new URL(url).host);
    await using scraping = await startPrometheus({ scrape: { understudy: targets } });
    const scraped = prometheusAt(scraping.url);
    const end = Date.now() + 20_000;
    while ((await scraped.query('understudy_funnel_total')).length === 0 && Date.now() < end) await sleep(300);
    // What grows with time is not the same a second later.
    const query = '{__name__=~"understudy_.+", __name__!~".*(remaining|queue_age).*"}';
    const pushed = valuesOf(await prometheus.query(`${query.slice(0, -1)}, instance="ledger"}`));
    const pulled = valuesOf(await scraped.query(query));
    rows.push({ 'series of a scrape': pulled.size });
    expect(pulled.size).toBeGreaterThan(100);
    expect([...pulled.keys()].toSorted()).toEqual([...pushed.keys()].toSorted());
    expect([...pulled].filter(([key, value]) => pushed.get(key) !== value)).toEqual([]);
    // Prometheus keeps what is said of a metric for those it scrapes.
    const metadata = Object.entries(await scraped.metadata()).filter(([name]) => name.startsWith('understudy'));
    expect(metadata.length).toBeGreaterThan(15);
    for (const [name, [said]] of metadata) {
      const { kind, unit, help } = KNOWN.get(name) ?? KNOWN.get(`${name}_total`) ?? {};
      expect({ name, ...said }).toEqual({ name, type: kind, unit: unitOf(unit), help });
    }
  });
});

function valuesOf(samples: readonly Sample[]): ReadonlyMap<string, number> {
  return new Map(
    samples.map(({ labels: { instance: _, job: __, le, ...labels }, value }) => {
      const bucket = le === undefined ? {} : { le: String(Number(le)) };
      return [JSON.stringify(Object.entries({ ...labels, ...bucket }).toSorted(([a], [b]) => (a < b ? -1 : 1))), value];
    }),
  );
}
