import type { Span } from '@opentelemetry/api';
import { ATTR_GEN_AI_OPERATION_NAME } from '../semconv.js';

/** What a request to a model is for: a span of the one is never the span of the other. */
type Purpose = 'text' | 'embeddings';

/** How one convention marks the span of a single request to a model. */
interface Mark {
  readonly attribute: string;
  readonly values: Readonly<Record<string, Purpose>>;
}

/**
 * The conventions in use. Only requests: the span of an agent, a workflow, a step or a tool is around them, and stays a parent.
 *
 * By attribute: OpenTelemetry (its own instrumentations, OpenLLMetry, AI SDK 7); OpenInference; AI SDK up to 6 and its
 * `LegacyOpenTelemetry`; OpenLLMetry before it took over the conventions.
 */
const MARKS: readonly Mark[] = [
  {
    attribute: ATTR_GEN_AI_OPERATION_NAME,
    values: { chat: 'text', text_completion: 'text', generate_content: 'text', embeddings: 'embeddings' },
  },
  { attribute: 'openinference.span.kind', values: { LLM: 'text', EMBEDDING: 'embeddings' } },
  {
    attribute: 'ai.operationId',
    values: {
      'ai.generateText.doGenerate': 'text',
      'ai.streamText.doStream': 'text',
      'ai.generateObject.doGenerate': 'text',
      'ai.streamObject.doStream': 'text',
      'ai.embed.doEmbed': 'embeddings',
      'ai.embedMany.doEmbed': 'embeddings',
    },
  },
  { attribute: 'llm.request.type', values: { chat: 'text', completion: 'text', embedding: 'embeddings' } },
];

/** Spans that stand for a call of ours already. */
const taken = new WeakSet<object>();

/**
 * Whether this span, made by another instrumentation, stands for the call that is about to be sent; it then does for no other.
 *
 * A span stands for one answered call: the second call under it, at the same time or later, gets a span of its own below it. What
 * cannot be seen is whether the first one is the call that was meant.
 */
export function adopt(span: Span, operation: unknown): boolean {
  const made = unwrapped(span);
  if (made.ended === true || taken.has(made)) return false;
  // A function of the host's with a word of its own, such as `classify`, is no request that another has made a span for.
  const purpose = purposeOf({ [ATTR_GEN_AI_OPERATION_NAME]: operation });
  if (purpose === undefined || purposeOf(attributesOf(span)) !== purpose) return false;
  taken.add(made);
  return true;
}

/** The call was not answered: the next one under this span is the same call tried again, by whoever made the span. */
export function release(span: Span): void {
  taken.delete(unwrapped(span));
}

/** The API has no way to read a span's attributes; the SDK's spans show them. */
export function attributesOf(span: Span | undefined): Readonly<Record<string, unknown>> {
  const attributes = span === undefined ? undefined : unwrapped(span).attributes;
  return typeof attributes === 'object' && attributes !== null ? (attributes as Record<string, unknown>) : {};
}

function purposeOf(attributes: Readonly<Record<string, unknown>>): Purpose | undefined {
  for (const { attribute, values } of MARKS) {
    const value = attributes[attribute];
    if (typeof value === 'string' && Object.hasOwn(values, value)) return values[value];
  }
  return undefined;
}

interface SdkSpan {
  readonly attributes?: unknown;
  readonly ended?: unknown;
  /** OpenInference activates a span of its own around the SDK's, which is in here. */
  readonly span?: unknown;
}

function unwrapped(span: Span): SdkSpan {
  const { attributes, span: inner } = span as SdkSpan;
  return attributes === undefined && typeof inner === 'object' && inner !== null ? inner : (span as SdkSpan);
}
