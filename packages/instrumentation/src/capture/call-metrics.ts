import type { Attributes, Histogram, Meter } from '@opentelemetry/api';
import {
  ATTR_GEN_AI_TOKEN_TYPE,
  METRIC_GEN_AI_CLIENT_OPERATION_DURATION,
  METRIC_GEN_AI_CLIENT_TOKEN_USAGE,
} from '../semconv.js';
import type { Usage } from '../trial/trial.js';

/** Bucket boundaries the GenAI conventions advise: powers of two from 10 ms, powers of four from one token. */
const SECONDS: number[] = Array.from({ length: 14 }, (_, power) => 0.01 * 2 ** power);
const TOKENS: number[] = Array.from({ length: 14 }, (_, power) => 4 ** power);

interface Instruments {
  readonly meter: Meter;
  readonly duration: Histogram;
  readonly tokens: Histogram;
}

/**
 * The standard metrics of a GenAI client, for primaries only: no attribute of theirs could tell a shadow apart.
 *
 * Instruments are made at the first call and again when the meter is another one: made before the SDK they are no-ops for ever.
 */
export class CallMetrics {
  readonly #meter: () => Meter;
  #made: Instruments | null = null;

  constructor(meter: () => Meter) {
    this.#meter = meter;
  }

  record(durationMs: number, usage: Usage | null, attributes: Attributes, errorAttributes: Attributes): void {
    const { duration, tokens } = this.#instruments();
    duration.record(durationMs / 1000, { ...attributes, ...errorAttributes });
    if (usage?.inputTokens !== undefined)
      tokens.record(usage.inputTokens, { ...attributes, [ATTR_GEN_AI_TOKEN_TYPE]: 'input' });
    if (usage?.outputTokens !== undefined)
      tokens.record(usage.outputTokens, { ...attributes, [ATTR_GEN_AI_TOKEN_TYPE]: 'output' });
  }

  #instruments(): Instruments {
    const meter = this.#meter();
    if (this.#made?.meter === meter) return this.#made;
    this.#made = {
      meter,
      duration: meter.createHistogram(METRIC_GEN_AI_CLIENT_OPERATION_DURATION, {
        description: 'GenAI operation duration.',
        unit: 's',
        advice: { explicitBucketBoundaries: SECONDS },
      }),
      tokens: meter.createHistogram(METRIC_GEN_AI_CLIENT_TOKEN_USAGE, {
        description: 'Number of input and output tokens used.',
        unit: '{token}',
        advice: { explicitBucketBoundaries: TOKENS },
      }),
    };
    return this.#made;
  }
}
