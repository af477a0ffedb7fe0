import type { Counter, Histogram, Meter, ObservableCounter, ObservableGauge } from '@opentelemetry/api';
import { instrumentOptions } from '../metric-descriptions.js';

/** A histogram as it is described. */
export function histogramOf(meter: Meter, name: string, explicitBucketBoundaries: number[]): Histogram {
  return meter.createHistogram(name, { ...instrumentOptions(name), advice: { explicitBucketBoundaries } });
}

/** A counter as it is described. */
export function counterOf(meter: Meter, name: string): Counter {
  return meter.createCounter(name, instrumentOptions(name));
}

/** A counter that is read when metrics are collected. */
export function observedCounterOf(meter: Meter, name: string): ObservableCounter {
  return meter.createObservableCounter(name, instrumentOptions(name));
}

/** A gauge that is read when metrics are collected. */
export function observedGaugeOf(meter: Meter, name: string): ObservableGauge {
  return meter.createObservableGauge(name, instrumentOptions(name));
}
