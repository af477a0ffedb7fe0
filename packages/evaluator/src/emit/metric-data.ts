import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type MetricDescriptor,
} from '@opentelemetry/sdk-metrics';
import { descriptionOf, type MetricDescription } from './descriptions.js';

/** One number of a metric. */
export interface Point {
  readonly attributes: Attributes;
  readonly value: number;
  /** Epoch ms since when a counter counts; unused for a gauge. */
  readonly since?: number;
}

/** Many numbers of a metric, counted. */
export interface Distributed {
  readonly attributes: Attributes;
  readonly since: number;
  readonly sum: number;
  /** Up to each boundary, and beyond the last: one more than there are boundaries. */
  readonly counts: readonly number[];
}

/** Numbers of one of the {@link METRICS}: its name, kind, unit and help are those of its description. */
export type Metric = NumberMetric | HistogramMetric;

export interface NumberMetric {
  readonly description: MetricDescription;
  readonly kind: 'counter' | 'gauge';
  readonly points: readonly Point[];
}

interface HistogramMetric {
  readonly description: MetricDescription;
  readonly kind: 'histogram';
  readonly boundaries: readonly number[];
  readonly points: readonly Distributed[];
}

/** The numbers of a counter, or of a gauge. */
export function numbers(name: string, points: readonly Point[]): NumberMetric {
  const description = descriptionOf(name);
  return { description, kind: description.kind === 'counter' ? 'counter' : 'gauge', points };
}

/** Numbers by how large they are, cumulative. */
export function histogram(
  name: string,
  boundaries: readonly number[],
  points: readonly Distributed[],
): HistogramMetric {
  return { description: descriptionOf(name), kind: 'histogram', boundaries, points };
}

/** The metric as the SDK exports it. `at`: epoch ms of the look it was made from. */
export function toMetricData(metric: Metric, at: number): MetricData {
  const { name, help, unit, fractional } = metric.description;
  const valueType = metric.kind === 'counter' && fractional !== true ? ValueType.INT : ValueType.DOUBLE;
  const descriptor: MetricDescriptor = { name, description: help, unit, valueType };
  const aggregationTemporality = AggregationTemporality.CUMULATIVE;
  if (metric.kind === 'histogram') {
    const dataPoints: DataPoint<Histogram>[] = metric.points.map(({ attributes, since, sum: total, counts }) => ({
      attributes,
      value: {
        buckets: { boundaries: [...metric.boundaries], counts: [...counts] },
        sum: total,
        count: counts.reduce((all, one) => all + one, 0),
      },
      startTime: hrTime(since),
      endTime: hrTime(at),
    }));
    return { descriptor, aggregationTemporality, dataPoints, dataPointType: DataPointType.HISTOGRAM };
  }
  const dataPoints: DataPoint<number>[] = metric.points.map(({ attributes, value, since = at }) => ({
    attributes,
    value,
    startTime: hrTime(since),
    endTime: hrTime(at),
  }));
  return metric.kind === 'counter'
    ? { descriptor, aggregationTemporality, dataPoints, dataPointType: DataPointType.SUM, isMonotonic: true }
    : { descriptor, aggregationTemporality, dataPoints, dataPointType: DataPointType.GAUGE };
}

function hrTime(epochMs: number): HrTime {
  const seconds = Math.floor(epochMs / 1000);
  return [seconds, Math.round((epochMs - seconds * 1000) * 1e6)];
}
