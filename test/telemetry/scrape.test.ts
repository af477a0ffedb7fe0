import { DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRICS } from '../../packages/evaluator/src/emit/descriptions.js';
import { ledgerMetrics, type Report } from '../../packages/evaluator/src/emit/ledger-metrics.js';
import { scrapeOf } from '../../packages/evaluator/src/emit/prometheus-text.js';
import { type Server, startServer } from '../../packages/evaluator/src/serve/server.js';
import { AT } from '../evaluator/report.js';
import { fullReport } from './full-report.js';

const OPEN_METRICS = 'application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5';

/** What is pushed, as the documentation of `UnderscoreEscapingWithSuffixes` says that Prometheus stores it. */
function translated(metric: MetricData): readonly Sample[] {
  const { name, unit } = metric.descriptor;
  const parts = name.split(/[^a-zA-Z0-9]+/);
  const unitPart =
    { s: 'seconds', ms: 'milliseconds', By: 'bytes', '1': 'ratio' }[unit] ?? (unit.startsWith('{') ? '' : unit);
  const isCounter = metric.dataPointType === DataPointType.SUM && metric.isMonotonic;
  const isRatio = unit === '1' && metric.dataPointType === DataPointType.GAUGE;
  if (unitPart !== '' && !parts.includes(unitPart) && (unit !== '1' || isRatio)) parts.push(unitPart);
  if (isCounter) parts.push('total');
  const family = parts.join('_');
  if (metric.dataPointType !== DataPointType.HISTOGRAM) {
    return (metric.dataPoints as { attributes: object; value: number }[]).map(({ attributes, value }) => ({
      name: family,
      labels: { ...attributes },
      value,
    }));
  }
  return metric.dataPoints.flatMap(({ attributes, value: { buckets, count, sum = 0 } }) => [
    ...buckets.counts.map((_, at) => ({
      name: `${family}_bucket`,
      labels: { ...attributes, le: buckets.boundaries[at] === undefined ? '+Inf' : String(buckets.boundaries[at]) },
      value: buckets.counts.slice(0, at + 1).reduce((all, one) => all + one, 0),
    })),
    { name: `${family}_sum`, labels: { ...attributes }, value: sum },
    { name: `${family}_count`, labels: { ...attributes }, value: count },
  ]);
}

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, unknown>>;
  readonly value: number;
}

function parsed(text: string): { samples: readonly Sample[]; said: ReadonlyMap<string, string> } {
  const samples: Sample[] = [];
  const said = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, what = '', of = '', value = ''] = /^# (HELP|TYPE|UNIT) (\S+) (.*)$/.exec(line) ?? [];
    if (what !== '') said.set(`${what} ${of}`, value);
    const [, name = '', inBraces = '', number = ''] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === '') continue;
    const labels = [...inBraces.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', of = '']) => [
      label,
      of.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)),
    ]);
    samples.push({
      name,
      labels: Object.fromEntries(labels) as Sample['labels'],
      value: Number(number.replace('Inf', 'Infinity')),
    });
  }
  return { samples, said };
}

async function pushed(of: Report): Promise<readonly MetricData[]> {
  const { resourceMetrics } = await ledgerMetrics(() => of).collect();
  return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
}

const bySample = (a: Sample, b: Sample): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

describe('a scrape', () => {
  it.each([
    ['as text', 'text/plain'],
    ['as OpenMetrics', OPEN_METRICS],
  ])('has %s the samples that Prometheus makes of a push', async (_, accept) => {
    const of = fullReport();
    const { samples } = parsed(scrapeOf(of, accept).body);
    const wanted = (await pushed(of)).flatMap(translated);
    expect(samples.toSorted(bySample)).toEqual(wanted.toSorted(bySample));
  });

  it('tells when something was seen to be set up wrong, and whether a budget is used up', () => {
    const { samples } = parsed(scrapeOf(fullReport(), 'text/plain').body);
    const of = (name: string): readonly Sample[] => samples.filter((one) => one.name === name);
    expect(of('understudy_misconfigured_last_seen_seconds')).toEqual([
      { name: 'understudy_misconfigured_last_seen_seconds', labels: { cause: 'clock_skew' }, value: AT / 1000 },
    ]);
    expect(of('understudy_budget_used_up')).toMatchObject([{ labels: { experiment: 'support' }, value: 0 }]);
  });

  it('is made once of a look for each format, however often it is asked for', () => {
    const look = fullReport();
    let read = 0;
    const counted = (): Report => ({
      ...look,
      get snapshot() {
        read += 1;
        return look.snapshot;
      },
    });
    const one = counted();
    const asked = [scrapeOf(one, 'text/plain'), scrapeOf(one, OPEN_METRICS)];
    const once = read;
    expect(once).toBeGreaterThan(0);
    for (let time = 0; time < 50; time += 1) expect([scrapeOf(one, ''), scrapeOf(one, OPEN_METRICS)]).toEqual(asked);
    expect(read).toBe(once);
    expect(scrapeOf(counted(), 'text/plain')).toEqual(asked[0]);
    expect(read).toBeGreaterThan(once);
  });

  it('has every metric of the table, with type, help, and in OpenMetrics the unit that the name ends in', () => {
    const text = parsed(scrapeOf(fullReport(), 'text/plain').body).said;
    const open = parsed(scrapeOf(fullReport(), OPEN_METRICS).body).said;
    for (const { name, kind, help, unit } of METRICS) {
      const family = name.replaceAll('.', '_');
      const full = kind === 'counter' ? `${family}_total` : family;
      expect([text.get(`TYPE ${full}`), text.get(`HELP ${full}`)]).toEqual([kind, help]);
      expect([open.get(`TYPE ${family}`), open.get(`HELP ${family}`)]).toEqual([kind, help.replaceAll('"', '\\"')]);
      expect(open.get(`UNIT ${family}`)).toBe(unit === 's' ? 'seconds' : undefined);
      expect(unit === 's').toBe(name.endsWith('.seconds'));
    }
  });

  describe('over HTTP', () => {
    let report: Report | null = fullReport();
    let server: Server;
    beforeAll(async () => {
      server = await startServer({
        listen: { host: '127.0.0.1', port: 0 },
        known: () => Promise.reject(new Error('not asked')),
        metrics: (accept) => scrapeOf(report, accept),
        onError: () => undefined,
      });
    });
    afterAll(() => server.close());

    it('is answered in the format that is asked for', async () => {
      const open = await fetch(`${server.url}/metrics`, { headers: { accept: OPEN_METRICS } });
      expect(open.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
      expect(await open.text()).toMatch(/understudy_pairs_total\{.*# EOF\n$/s);
      const text = await fetch(`${server.url}/metrics`);
      expect(text.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
      expect(await text.text()).not.toContain('# EOF');
      expect((await fetch(`${server.url}/metrics`, { method: 'POST' })).status).toBe(405);
    });

    it('is empty, and no failure, where another replica holds the lease', async () => {
      report = null;
      const text = await fetch(`${server.url}/metrics`);
      expect([text.status, await text.text()]).toEqual([200, '']);
      const open = await fetch(`${server.url}/metrics`, { headers: { accept: OPEN_METRICS } });
      expect([open.status, await open.text()]).toEqual([200, '# EOF\n']);
    });
  });
});
