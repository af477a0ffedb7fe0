import type { Attributes, Histogram, Meter } from '@opentelemetry/api';
import { failureCounts } from '../guard.js';
import { misconfigurations } from '../misconfigured.js';
import {
  METRIC_CALL_DURATION,
  METRIC_CALL_FIRST_CHUNK,
  METRIC_DROPPED,
  METRIC_FAILURES,
  METRIC_FUNNEL,
  METRIC_MISCONFIGURED,
  METRIC_MISCONFIGURED_LAST_SEEN,
  METRIC_PUBLISH_BUFFERED,
  METRIC_PUBLISH_DURATION,
  METRIC_SAME_TRACE,
} from '../semconv.js';
import { histogramOf, observedCounterOf, observedGaugeOf } from '../capture/instruments.js';
import { OWN_STAGES } from '../metric-descriptions.js';
import { DROP_REASONS, type DropReason, type Stage } from '../trial/funnel.js';
import { type Leg, SEGMENT_NONE, SEGMENT_OTHER } from '../trial/trial.js';
import { PauseMetrics } from './pause-metrics.js';

/** Seconds: powers of two from 10 ms, as the standard GenAI metrics have them. */
const SECONDS: number[] = Array.from({ length: 14 }, (_, power) => 0.01 * 2 ** power);

interface Instruments {
  readonly meter: Meter;
  readonly duration: Histogram;
  readonly firstChunk: Histogram;
  readonly publishing: Histogram;
}

interface Count {
  readonly attributes: Attributes;
  count: number;
}

/** An arm of an experiment, as the metrics name it. */
export interface ArmNames {
  readonly experiment: string;
  readonly arm: string;
}

/**
 * The service's half of the funnel, drops by reason, our own failures, and the duration of both roles.
 *
 * Instruments are made when first needed and again when the meter is another one: made before the SDK they are no-ops for ever.
 * Every reason starts at zero, so that its first occurrence is an increase and not a new series.
 *
 * Every call passes several stages with every arm, sampled or not: they are counted here and read when metrics are collected, since
 * adding to a counter of the SDK takes longer than all that is counted.
 */
export class FunnelMetrics {
  readonly #meter: () => Meter;
  readonly #reached = new Map<string, Count>();
  readonly #dropped = new Map<string, Count>();
  readonly #sameTrace = new Map<string, Count>();
  readonly #pauses: PauseMetrics;
  readonly #critical: ReadonlyMap<string, readonly string[]>;
  #buffered: (() => number) | null = null;
  #made: Instruments | null = null;

  /** @param critical The critical segments by experiment: those that durations are told apart by. */
  constructor(
    meter: () => Meter,
    arms: readonly ArmNames[],
    critical: ReadonlyMap<string, readonly string[]> = new Map(),
  ) {
    this.#meter = meter;
    this.#critical = critical;
    this.#pauses = new PauseMetrics(new Set(arms.map(({ experiment }) => experiment)));
    for (const names of arms) {
      this.#add(this.#sameTrace, null, '', names, 0);
      for (const stage of OWN_STAGES) this.#add(this.#reached, 'stage', stage, names, 0);
      for (const reason of Object.keys(DROP_REASONS)) this.#add(this.#dropped, 'reason', reason, names, 0);
    }
  }

  /** Makes the instruments, so that the zeros are there before the first call. */
  initialise(): void {
    this.#instruments();
  }

  reached(stage: Stage, names: ArmNames, count: number = 1): void {
    this.#instruments();
    this.#add(this.#reached, 'stage', stage, names, count);
  }

  dropped(reason: DropReason, names: ArmNames, count: number = 1): void {
    this.#instruments();
    this.#add(this.#dropped, 'reason', reason, names, count);
  }

  /** A shadow's own trace would not have been recorded, and its span went into the primary's. */
  sameTrace(names: ArmNames): void {
    this.#instruments();
    this.#add(this.#sameTrace, null, '', names, 1);
  }

  /** A pause of an experiment's shadows begins (`now`), or has ended. */
  paused(reason: DropReason, experiment: string, now: boolean): void {
    this.#instruments();
    this.#pauses.paused(reason, experiment, now);
  }

  /** The duration of one call of an admitted trial. `arm` null: the primary's. A leg that is missing has none. */
  measured(leg: Leg, experiment: string, arm: string | null, segment: string): void {
    if (leg.status === 'missing' || leg.status === 'aborted') return;
    const attributes: Attributes = {
      role: arm === null ? 'primary' : 'shadow',
      outcome: leg.status,
      experiment,
      ...(arm !== null && { arm }),
      segment: this.#told(experiment, segment),
    };
    const { duration, firstChunk } = this.#instruments();
    duration.record(leg.durationMs / 1000, attributes);
    if (leg.status === 'ok' && leg.firstChunkMs !== undefined) firstChunk.record(leg.firstChunkMs / 1000, attributes);
  }

  /** @param count Asked whenever metrics are collected. */
  watchBuffered(count: () => number): void {
    this.#buffered = count;
  }

  /** A batch has been put on the queue, or could not be. */
  published(durationMs: number, outcome: 'ok' | 'error'): void {
    this.#instruments().publishing.record(durationMs / 1000, { outcome });
  }

  /** Segments times roles times outcomes times buckets would be thousands of series: a segment that nothing hangs on is one of the others. */
  #told(experiment: string, segment: string): string {
    if (segment === SEGMENT_NONE || this.#critical.get(experiment)?.includes(segment) === true) return segment;
    return SEGMENT_OTHER;
  }

  #instruments(): Instruments {
    const meter = this.#meter();
    if (this.#made?.meter === meter) return this.#made;
    this.#made = {
      meter,
      duration: histogramOf(meter, METRIC_CALL_DURATION, SECONDS),
      firstChunk: histogramOf(meter, METRIC_CALL_FIRST_CHUNK, SECONDS),
      publishing: histogramOf(meter, METRIC_PUBLISH_DURATION, SECONDS),
    };
    this.#pauses.observe(meter);
    observe(meter, METRIC_FUNNEL, () => this.#reached.values());
    observe(meter, METRIC_DROPPED, () => this.#dropped.values());
    observe(meter, METRIC_SAME_TRACE, () => this.#sameTrace.values());
    observe(meter, METRIC_FAILURES, () =>
      [...failureCounts()].map(([operation, count]) => ({ attributes: { operation }, count })),
    );
    observe(meter, METRIC_MISCONFIGURED, () =>
      misconfigurations().map((one) => ({ attributes: causeOf(one), count: one.count })),
    );
    observedGaugeOf(meter, METRIC_MISCONFIGURED_LAST_SEEN).addCallback((result) => {
      for (const one of misconfigurations()) result.observe(one.lastAt / 1000, causeOf(one));
    });
    observedGaugeOf(meter, METRIC_PUBLISH_BUFFERED).addCallback((result) => {
      const waiting = this.#buffered?.() ?? null;
      if (waiting !== null) result.observe(waiting);
    });
    return this.#made;
  }

  #add(counts: Map<string, Count>, attribute: string | null, value: string, names: ArmNames, count: number): void {
    const { experiment, arm } = names;
    const key = `${value} ${experiment} ${arm}`;
    const found = counts.get(key);
    if (found === undefined)
      counts.set(key, { attributes: { ...(attribute !== null && { [attribute]: value }), experiment, arm }, count });
    else found.count += count;
  }
}

function causeOf({ cause, experiment }: ReturnType<typeof misconfigurations>[number]): Attributes {
  return { cause, ...(experiment !== null && { experiment }) };
}

function observe(meter: Meter, name: string, counts: () => Iterable<Count>): void {
  observedCounterOf(meter, name).addCallback((result) => {
    for (const { attributes, count } of counts()) result.observe(count, attributes);
  });
}
