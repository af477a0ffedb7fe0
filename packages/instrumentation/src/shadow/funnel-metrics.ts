import type { Attributes, Histogram, Meter } from '@opentelemetry/api';
import { failureCounts } from '../guard.js';
import {
  METRIC_CALL_DURATION,
  METRIC_CALL_FIRST_CHUNK,
  METRIC_DROPPED,
  METRIC_FAILURES,
  METRIC_FUNNEL,
  METRIC_SAME_TRACE,
} from '../semconv.js';
import { DROP_REASONS, type DropReason, type Stage, STAGES } from '../trial/funnel.js';
import type { Leg } from '../trial/trial.js';
import { PauseMetrics } from './pause-metrics.js';

/** The stages a service can see; the evaluator counts those from `stored` on, out of the ledger. */
const OWN_STAGES: readonly Stage[] = STAGES.slice(0, STAGES.indexOf('stored'));

/** Seconds: powers of two from 10 ms, as the standard GenAI metrics have them. */
const SECONDS: number[] = Array.from({ length: 14 }, (_, power) => 0.01 * 2 ** power);

interface Instruments {
  readonly meter: Meter;
  readonly duration: Histogram;
  readonly firstChunk: Histogram;
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
  #made: Instruments | null = null;

  constructor(meter: () => Meter, arms: readonly ArmNames[]) {
    this.#meter = meter;
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
      segment,
    };
    const { duration, firstChunk } = this.#instruments();
    duration.record(leg.durationMs / 1000, attributes);
    if (leg.status === 'ok' && leg.firstChunkMs !== undefined) firstChunk.record(leg.firstChunkMs / 1000, attributes);
  }

  #instruments(): Instruments {
    const meter = this.#meter();
    if (this.#made?.meter === meter) return this.#made;
    const advice = { explicitBucketBoundaries: SECONDS };
    this.#made = {
      meter,
      duration: meter.createHistogram(METRIC_CALL_DURATION, {
        description: 'Duration of the calls of admitted trials, both roles.',
        unit: 's',
        advice,
      }),
      firstChunk: meter.createHistogram(METRIC_CALL_FIRST_CHUNK, {
        description: 'Time to the first chunk of a streamed answer, both roles.',
        unit: 's',
        advice,
      }),
    };
    this.#pauses.observe(meter);
    observe(meter, METRIC_FUNNEL, 'Calls that reached a stage of the funnel.', '{call}', () => this.#reached.values());
    observe(meter, METRIC_DROPPED, 'Calls that left the funnel, by reason.', '{call}', () => this.#dropped.values());
    observe(
      meter,
      METRIC_SAME_TRACE,
      "Spans of shadows put into the primary's trace, since a trace of their own would not have been recorded.",
      '{span}',
      () => this.#sameTrace.values(),
    );
    observe(
      meter,
      METRIC_FAILURES,
      'Failures of Understudy itself, by what it was doing. The service is not affected by them.',
      '{failure}',
      () => [...failureCounts()].map(([operation, count]) => ({ attributes: { operation }, count })),
    );
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

function observe(meter: Meter, name: string, description: string, unit: string, counts: () => Iterable<Count>): void {
  meter.createObservableCounter(name, { description, unit }).addCallback((result) => {
    for (const { attributes, count } of counts()) result.observe(count, attributes);
  });
}
