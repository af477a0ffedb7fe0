import { setImmediate } from 'node:timers';
import type { Meter } from '@opentelemetry/api';
import { guard } from '../guard.js';
import { METRIC_FUNNEL } from '../semconv.js';
import { observedCounterOf } from './instruments.js';

let waiting: (() => void)[] = [];

/** Those that tell when they are about to be read: each is asked to once, however many use it. */
const telling = new WeakSet<Meter>();

/**
 * Has a number recorded on the meter's instruments once all answers that have come are passed on to their callers, who need not wait for
 * it, in whatever async context; or when metrics are read before that: instruments that are observed are asked first, so that none is missing.
 */
export function afterAnswers(meter: Meter, record: () => void): void {
  if (!telling.has(meter)) {
    telling.add(meter);
    observedCounterOf(meter, METRIC_FUNNEL).addCallback(recordAll);
  }
  if (waiting.length === 0) setImmediate(recordAll);
  waiting.push(record);
}

function recordAll(): void {
  const all = waiting;
  waiting = [];
  for (const record of all) guard('capture.metrics', record);
}
