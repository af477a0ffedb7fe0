import {
  context,
  trace,
  SpanKind,
  SpanStatusCode,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import type { Dialect, ModelAnswer, ModelRequest } from '../dialect/dialect.js';
import {
  ATTR_ERROR_TYPE,
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_GEN_AI_REQUEST_STREAM,
  ATTR_GEN_AI_RESPONSE_FINISH_REASONS,
  ATTR_GEN_AI_RESPONSE_ID,
  ATTR_GEN_AI_RESPONSE_MODEL,
  ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_OUTPUT_TOKENS,
  ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
  ATTR_HTTP_REQUEST_RESEND_COUNT,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
} from '../semconv.js';
import { adopt, attributesOf } from './foreign-span.js';

/** The span of a primary, and whether it is ours to name and to end. */
export interface PrimarySpan {
  readonly span: Span;
  readonly own: boolean;
  /** What the original fetch runs in. */
  readonly context: Context;
  /** Attributes of the span that was active when the call was made. */
  readonly surroundings: Readonly<Record<string, unknown>>;
}

/** A child of the active span; or the active span itself where another GenAI instrumentation has made one for this very call. */
export function startPrimarySpan(
  tracer: Tracer,
  name: string,
  attributes: Attributes,
  startedAt?: number,
): PrimarySpan {
  const around = context.active();
  const active = trace.getSpan(around);
  const surroundings = attributesOf(active);
  if (active !== undefined && adopt(active, attributes[ATTR_GEN_AI_OPERATION_NAME])) {
    return { span: active, own: false, context: around, surroundings };
  }
  const span = tracer.startSpan(
    name,
    { kind: SpanKind.CLIENT, attributes, ...(startedAt !== undefined && { startTime: startedAt }) },
    around,
  );
  return { span, own: true, context: trace.setSpan(around, span), surroundings };
}

export function spanName(request: ModelRequest): string {
  return request.model === null ? request.operation : `${request.operation} ${request.model}`;
}

/** What is known at the start, and can be sampled on; also the attributes of the standard metrics, but for the last two. */
export function identity(dialect: Dialect, request: ModelRequest, url: URL): Attributes {
  return {
    [ATTR_GEN_AI_OPERATION_NAME]: request.operation,
    [ATTR_GEN_AI_PROVIDER_NAME]: dialect.provider(url),
    ...(request.model !== null && { [ATTR_GEN_AI_REQUEST_MODEL]: request.model }),
    [ATTR_SERVER_ADDRESS]: url.hostname,
    [ATTR_SERVER_PORT]: url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port),
  };
}

export function attempt(request: ModelRequest, resendCount: number): Attributes {
  return {
    ...(request.stream && { [ATTR_GEN_AI_REQUEST_STREAM]: true }),
    ...(resendCount > 0 && { [ATTR_HTTP_REQUEST_RESEND_COUNT]: resendCount }),
  };
}

/** What the answer says, as far as it came. Numbers and names only: content is not for spans. */
export function answered(answer: ModelAnswer): Attributes {
  const { usage } = answer;
  return {
    ...answer.attributes,
    ...(answer.id !== null && { [ATTR_GEN_AI_RESPONSE_ID]: answer.id }),
    ...(answer.model !== null && { [ATTR_GEN_AI_RESPONSE_MODEL]: answer.model }),
    ...(answer.finishReasons.length > 0 && { [ATTR_GEN_AI_RESPONSE_FINISH_REASONS]: [...answer.finishReasons] }),
    ...(usage?.inputTokens !== undefined && { [ATTR_GEN_AI_USAGE_INPUT_TOKENS]: usage.inputTokens }),
    ...(usage?.outputTokens !== undefined && { [ATTR_GEN_AI_USAGE_OUTPUT_TOKENS]: usage.outputTokens }),
    ...(usage?.cachedInputTokens !== undefined && {
      [ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS]: usage.cachedInputTokens,
    }),
    ...(usage?.cacheCreationInputTokens !== undefined && {
      [ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS]: usage.cacheCreationInputTokens,
    }),
    ...(usage?.reasoningTokens !== undefined && { [ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS]: usage.reasoningTokens }),
  };
}

/** The status of a success stays unset, as the conventions have it. */
export function fail(span: Span, type: string): void {
  span.setAttribute(ATTR_ERROR_TYPE, type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
