import { AsyncResource } from 'node:async_hooks';
import { type Attributes, type Context, context, type Meter } from '@opentelemetry/api';
import {
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_TOKEN_TYPE,
  METRIC_GEN_AI_CLIENT_INFERENCE_CACHE_READ_TOKENS,
  METRIC_GEN_AI_CLIENT_INFERENCE_CACHE_WRITE_TOKENS,
  METRIC_GEN_AI_CLIENT_INFERENCE_DURATION,
  METRIC_GEN_AI_CLIENT_INFERENCE_INPUT_TOKENS,
  METRIC_GEN_AI_CLIENT_INFERENCE_OUTPUT_TOKENS,
  METRIC_GEN_AI_CLIENT_INFERENCE_REASONING_TOKENS,
  METRIC_GEN_AI_CLIENT_OPERATION_DURATION,
  METRIC_GEN_AI_CLIENT_TOKEN_USAGE,
} from '../semconv.js';
import type { Usage } from '../trial/trial.js';
import { afterAnswers } from './after-answers.js';
import { boundedAttributes, wereToldApart } from './bounded-names.js';
import { counterOf, histogramOf } from './instruments.js';

/** Bucket boundaries the GenAI conventions advise: powers of two from 10 ms, powers of four from one token. */
const SECONDS: number[] = Array.from({ length: 14 }, (_, power) => 0.01 * 2 ** power);
const TOKENS: number[] = Array.from({ length: 14 }, (_, power) => 4 ** power);

/** One call that ended or failed. */
interface Measured {
  readonly seconds: number;
  readonly usage: Usage | null;
  /** Of its duration and of its tokens, as far as they are told apart. */
  readonly ofDuration: Attributes;
  readonly ofUsage: Attributes;
  /** The call's own, which a view of the host may look at. */
  readonly at: Context;
}

type Recorder = (measured: Measured) => void;

/** Which names the metrics have: those of v1.41, or those they are being renamed to. */
export type MetricNames = 'v1.41' | 'latest';

/** The instruments of each set of names, and how a call is recorded on them. */
const FORMS: Readonly<{ [Names in MetricNames]: (meter: Meter) => Recorder }> = {
  'v1.41': (meter) => {
    const duration = histogramOf(meter, METRIC_GEN_AI_CLIENT_OPERATION_DURATION, SECONDS);
    const tokens = histogramOf(meter, METRIC_GEN_AI_CLIENT_TOKEN_USAGE, TOKENS);
    return ({ seconds, usage, ofDuration, ofUsage, at }) => {
      duration.record(seconds, ofDuration, at);
      if (usage === null) return;
      if (usage.inputTokens !== undefined)
        tokens.record(usage.inputTokens, { ...ofUsage, [ATTR_GEN_AI_TOKEN_TYPE]: 'input' }, at);
      if (usage.outputTokens !== undefined)
        tokens.record(usage.outputTokens, { ...ofUsage, [ATTR_GEN_AI_TOKEN_TYPE]: 'output' }, at);
    };
  },
  latest: (meter) => {
    const duration = histogramOf(meter, METRIC_GEN_AI_CLIENT_INFERENCE_DURATION, SECONDS);
    const others = FORMS['v1.41'](meter);
    const counters = COUNTERS.map(([field, name]) => ({ field, counter: counterOf(meter, name) }));
    return (measured) => {
      const { seconds, usage, ofDuration, ofUsage, at } = measured;
      if (!INFERENCE.has(ofDuration[ATTR_GEN_AI_OPERATION_NAME])) return others(measured);
      duration.record(seconds, ofDuration, at);
      if (usage === null) return;
      for (const { field, counter } of counters) {
        const count = usage[field];
        if (count !== undefined) counter.add(count, ofUsage, at);
      }
    };
  },
};

/** Only these are renamed: embeddings and what is no call to a model keep their names. */
const INFERENCE: ReadonlySet<unknown> = new Set(['chat', 'generate_content', 'text_completion']);

const COUNTERS: readonly (readonly [field: keyof Usage, name: string])[] = [
  ['inputTokens', METRIC_GEN_AI_CLIENT_INFERENCE_INPUT_TOKENS],
  ['outputTokens', METRIC_GEN_AI_CLIENT_INFERENCE_OUTPUT_TOKENS],
  ['cachedInputTokens', METRIC_GEN_AI_CLIENT_INFERENCE_CACHE_READ_TOKENS],
  ['cacheCreationInputTokens', METRIC_GEN_AI_CLIENT_INFERENCE_CACHE_WRITE_TOKENS],
  ['reasoningTokens', METRIC_GEN_AI_CLIENT_INFERENCE_REASONING_TOKENS],
];

/**
 * The standard metrics of a GenAI client, for primaries only: no attribute of theirs could tell a shadow apart.
 *
 * Instruments are made at the first call and again when the meter is another one: made before the SDK they are no-ops for ever.
 */
export class CallMetrics {
  readonly #meter: () => Meter;
  readonly #names: MetricNames;
  #made: { readonly meter: Meter; readonly record: Recorder } | null = null;

  constructor(meter: () => Meter, names: MetricNames = 'v1.41') {
    this.#meter = meter;
    this.#names = names;
  }

  record(durationMs: number, usage: Usage | null, attributes: Attributes, errorAttributes: Attributes): void {
    const meter = this.#meter();
    if (this.#made?.meter !== meter) this.#made = { meter, record: FORMS[this.#names](meter) };
    const { record } = this.#made;
    const measured = {
      seconds: durationMs / 1000,
      usage,
      ofDuration: { ...attributes, ...errorAttributes },
      ofUsage: attributes,
      at: context.active(),
    };
    // A new series starts with its first number, and must not start after the time it is read at.
    if (!hasBegun(measured)) return record(bounded(measured));
    const call = new AsyncResource('understudy.metrics');
    afterAnswers(meter, () => call.runInAsyncScope(record, null, measured));
  }
}

/** All that is recorded of it is of series that have begun. */
function hasBegun({ usage, ofDuration, ofUsage }: Measured): boolean {
  return wereToldApart('duration', ofDuration) && (usage === null || wereToldApart('usage', ofUsage));
}

function bounded(measured: Measured): Measured {
  const { usage, ofDuration, ofUsage } = measured;
  return {
    ...measured,
    ofDuration: boundedAttributes('duration', ofDuration),
    ofUsage: usage === null ? ofUsage : boundedAttributes('usage', ofUsage),
  };
}
