import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
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

/** A metric as this package writes it: exact names, no unit that a backend would turn into a suffix. */
export interface Metric {
  readonly kind: 'counter' | 'gauge';
  readonly name: string;
  readonly description: string;
  /** Empty, or in braces. */
  readonly unit: string;
  readonly valueType: ValueType;
  readonly points: readonly Point[];
}

/** A counter of things. */
export function counter(name: string, description: string, points: readonly Point[], unit = ''): Metric {
  return { kind: 'counter', name, description, unit, valueType: ValueType.INT, points };
}

/** A counter of parts of a thing, such as dollars. */
export function sum(name: string, description: string, points: readonly Point[], unit: string): Metric {
  return { kind: 'counter', name, description, unit, valueType: ValueType.DOUBLE, points };
}

/** A number as it stands now. */
export function gauge(name: string, description: string, points: readonly Point[], unit = ''): Metric {
  return { kind: 'gauge', name, description, unit, valueType: ValueType.DOUBLE, points };
}

/** The metric as the SDK exports it. `at`: epoch ms of the look it was made from. */
export function toMetricData(metric: Metric, at: number): MetricData {
  const { name, description, unit, valueType } = metric;
  const descriptor: MetricDescriptor = { name, description, unit, valueType };
  const aggregationTemporality = AggregationTemporality.CUMULATIVE;
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
