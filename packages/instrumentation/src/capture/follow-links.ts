import { type Attributes, type Context, type Link, type SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import { ATTR_ROLE } from '../semconv.js';

/** What a sampler decides. `decision` as in the SDK's `SamplingDecision`: 0 not recorded, 1 recorded, 2 recorded and sampled. */
interface Decided {
  readonly decision: number;
}

/** A sampler of the OpenTelemetry SDK, 2.x or 3.x, by its shape: this package does not depend on an SDK. */
export interface SpanSampler<Result extends Decided = Decided> {
  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    spanKind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): Result;
  toString(): string;
}

const NOT_RECORD = 0;
const RECORD_AND_SAMPLED = 2;

/**
 * Samples the root span of a shadow as the primary it is linked to, so that a pair is recorded whole or not at all. Every other span
 * is left to `sampler`, and so is the description.
 *
 * Goes outside of everything else: `new TracerProvider({ sampler: followLinks(new ParentBasedSampler({ root })) })`. A sampler at the
 * root decides by the trace id alone, and a shadow has a trace of its own.
 */
export function followLinks<Result extends Decided>(sampler: SpanSampler<Result>): SpanSampler<Result> {
  return {
    shouldSample(context, traceId, spanName, spanKind, attributes, links) {
      const primary = trace.getSpanContext(context) === undefined ? primaryOf(attributes, links) : undefined;
      if (primary === undefined) return sampler.shouldSample(context, traceId, spanName, spanKind, attributes, links);
      const sampled = (primary.context.traceFlags & TraceFlags.SAMPLED) !== 0;
      return { decision: sampled ? RECORD_AND_SAMPLED : NOT_RECORD } as Result;
    },
    toString: () => sampler.toString(),
  };
}

/** The link from a shadow to its primary, or nothing where the span is no shadow's. */
function primaryOf(attributes: Attributes, links: readonly Link[] | undefined): Link | undefined {
  if (attributes[ATTR_ROLE] !== 'shadow') return undefined;
  return links?.find((link) => link.attributes?.[ATTR_ROLE] === 'primary');
}
