import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type MetricDescriptor,
} from '@opentelemetry/sdk-metrics';

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

interface Described {
  readonly name: string;
  readonly description: string;
  /** Empty, or in braces. */
  readonly unit: string;
  readonly valueType: ValueType;
}

/** A metric as this package writes it: exact names, no unit that a backend would turn into a suffix. */
export type Metric = NumberMetric | HistogramMetric;

export interface NumberMetric extends Described {
  readonly kind: 'counter' | 'gauge';
  readonly points: readonly Point[];
}

interface HistogramMetric extends Described {
  readonly kind: 'histogram';
  readonly boundaries: readonly number[];
  readonly points: readonly Distributed[];
}

/** A counter of things. */
export function counter(name: string, description: string, points: readonly Point[], unit = ''): NumberMetric {
  return { kind: 'counter', name, description, unit, valueType: ValueType.INT, points };
}

/** A counter of parts of a thing, such as dollars. */
export function sum(name: string, description: string, points: readonly Point[], unit: string): NumberMetric {
  return { kind: 'counter', name, description, unit, valueType: ValueType.DOUBLE, points };
}

/** A number as it stands now. */
export function gauge(name: string, description: string, points: readonly Point[], unit = ''): NumberMetric {
  return { kind: 'gauge', name, description, unit, valueType: ValueType.DOUBLE, points };
}

/** Numbers by how large they are, cumulative. */
export function histogram(
  name: string,
  description: string,
  boundaries: readonly number[],
  points: readonly Distributed[],
): HistogramMetric {
  return { kind: 'histogram', name, description, unit: '', valueType: ValueType.DOUBLE, boundaries, points };
}

/** The metric as the SDK exports it. `at`: epoch ms of the look it was made from. */
export function toMetricData(metric: Metric, at: number): MetricData {
  const { name, description, unit, valueType } = metric;
  const descriptor: MetricDescriptor = { name, description, unit, valueType };
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
