import type { Attributes } from '@opentelemetry/api';
import { DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import { descriptionOf, type MetricDescription } from './descriptions.js';
import { type Report, reportMetrics } from './ledger-metrics.js';

/** What a scrape is answered with. */
export interface Scraped {
  readonly contentType: string;
  readonly body: string;
}

const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
const END = '# EOF\n';
const TEXT = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * The metrics of the last look as Prometheus reads them: with the names, types, units and help that it gives what is pushed by OTLP where
 * `otlp.translation_strategy` is `UnderscoreEscapingWithSuffixes`. Nothing while another replica holds the lease.
 *
 * Source: Prometheus exposition formats 0.0.4, and OpenMetrics 1.0 for who accepts it, which alone can tell a unit.
 *
 * It is made once for a look, however often it is asked for: that takes the thread which stores pairs, and anybody may ask.
 *
 * @param accept The request's `accept`.
 */
export function scrapeOf(report: Report | null, accept: string): Scraped {
  const isOpen = /application\/openmetrics-text/.test(accept);
  const contentType = isOpen ? OPEN_METRICS : TEXT;
  if (report === null) return { contentType, body: isOpen ? END : '' };
  const made = MADE.get(report) ?? new Map<string, Scraped>();
  MADE.set(report, made);
  const known = made.get(contentType);
  if (known !== undefined) return known;
  const families = reportMetrics(report).map((metric) => family(metric, isOpen));
  const scraped = { contentType, body: `${families.join('')}${isOpen ? END : ''}` };
  made.set(contentType, scraped);
  return scraped;
}

/** By look, and content type. */
const MADE = new WeakMap<Report, Map<string, Scraped>>();

/** The name of a metric's samples, less the suffixes of a histogram's. A counter is a total; no unit of ours is a suffix. */
export function prometheusName({ name, kind }: Pick<MetricDescription, 'name' | 'kind'>): string {
  return `${name.replaceAll('.', '_')}${kind === 'counter' ? '_total' : ''}`;
}

function family(metric: MetricData, isOpen: boolean): string {
  const description = descriptionOf(metric.descriptor.name);
  const { help, kind, unit } = description;
  const name = prometheusName(description);
  const of = isOpen ? name.replace(/_total$/, '') : name;
  const lines = [
    `# HELP ${of} ${isOpen ? quoted(help) : escaped(help)}`,
    `# TYPE ${of} ${kind}`,
    ...(isOpen && unit === 's' ? [`# UNIT ${of} seconds`] : []),
    ...samples(name, metric),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function samples(name: string, metric: MetricData): readonly string[] {
  switch (metric.dataPointType) {
    case DataPointType.HISTOGRAM:
      return metric.dataPoints.flatMap(({ attributes, value: { buckets, count, sum } }) => {
        let below = 0;
        const counted = buckets.counts.map((one, at) => {
          below += one;
          return sample(`${name}_bucket`, { ...attributes, le: numberText(buckets.boundaries[at] ?? Infinity) }, below);
        });
        return [...counted, sample(`${name}_sum`, attributes, sum ?? 0), sample(`${name}_count`, attributes, count)];
      });
    case DataPointType.SUM:
    case DataPointType.GAUGE:
      return metric.dataPoints.map(({ attributes, value }) => sample(name, attributes, value));
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      return [];
  }
}

function sample(name: string, attributes: Attributes, value: number): string {
  const labels = Object.entries(attributes).map(
    ([label, text]) => `${label.replaceAll('.', '_')}="${quoted(String(text))}"`,
  );
  return `${name}${labels.length === 0 ? '' : `{${labels.join(',')}}`} ${numberText(value)}`;
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function quoted(text: string): string {
  return escaped(text).replaceAll('"', '\\"');
}
