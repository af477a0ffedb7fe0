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
import { asList, asText } from '../dialect/json.js';
import type { Usage } from '../trial/trial.js';
import {
  ATTR_ERROR_TYPE,
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_GEN_AI_REQUEST_STOP_SEQUENCES,
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
import { boundedSpanName } from './bounded-names.js';
import { adopt, attributesOf } from './foreign-span.js';
import { asSpanName, type SpanPrivacy } from './span-privacy.js';

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
    boundedSpanName(name, attributes[ATTR_GEN_AI_OPERATION_NAME]),
    { kind: SpanKind.CLIENT, attributes, ...(startedAt !== undefined && { startTime: startedAt }) },
    around,
  );
  return { span, own: true, context: trace.setSpan(around, span), surroundings };
}

export function spanName(request: ModelRequest): string {
  const model = asSpanName(request.model);
  return model === null ? request.operation : `${request.operation} ${model}`;
}

/** What is known at the start, and can be sampled on; also the attributes of the standard metrics, but for the last two. */
export function identity(dialect: Dialect, request: ModelRequest, url: URL): Attributes {
  const { hostname, port, protocol } = url;
  const attributes: Attributes = {
    [ATTR_GEN_AI_OPERATION_NAME]: request.operation,
    [ATTR_GEN_AI_PROVIDER_NAME]: dialect.provider(url),
    [ATTR_SERVER_ADDRESS]: hostname,
    [ATTR_SERVER_PORT]: port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port),
  };
  const model = asSpanName(request.model);
  if (model !== null) attributes[ATTR_GEN_AI_REQUEST_MODEL] = model;
  return attributes;
}

export function attempt(request: ModelRequest, resendCount: number): Attributes {
  return {
    ...(request.stream && { [ATTR_GEN_AI_REQUEST_STREAM]: true }),
    ...(resendCount > 0 && { [ATTR_HTTP_REQUEST_RESEND_COUNT]: resendCount }),
  };
}

const USAGE: readonly (readonly [count: keyof Usage, attribute: string])[] = [
  ['inputTokens', ATTR_GEN_AI_USAGE_INPUT_TOKENS],
  ['outputTokens', ATTR_GEN_AI_USAGE_OUTPUT_TOKENS],
  ['cachedInputTokens', ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS],
  ['cacheCreationInputTokens', ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS],
  ['reasoningTokens', ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS],
];

/**
 * What the request says beside what it asks: numbers, and names as they may stand on spans, whatever of the request they are. Stop
 * sequences are texts: they come with what was said, if at all.
 */
export function asked(described: Attributes, privacy: SpanPrivacy): Attributes {
  const { [ATTR_GEN_AI_REQUEST_STOP_SEQUENCES]: _stop, ...others } = described;
  const attributes: Attributes = {};
  for (const [attribute, given] of Object.entries(others)) {
    const value = asSpanValue(given, privacy);
    if (value !== undefined) attributes[attribute] = value;
  }
  return attributes;
}

function asSpanValue(given: Attributes[string], privacy: SpanPrivacy): Attributes[string] {
  if (typeof given === 'number' || typeof given === 'boolean') return given;
  if (typeof given === 'string') return nameOf(given, privacy) ?? undefined;
  const names = asList(given).flatMap((each) => nameOf(asText(each), privacy) ?? []);
  return names.length === 0 ? undefined : names;
}

/** What the answer says, as far as it came. Numbers and names only: what was said comes after, if at all. */
export function answered(answer: ModelAnswer, privacy: SpanPrivacy): Attributes {
  const { usage } = answer;
  const attributes: Attributes = {};
  const put = (attribute: string, given: string | null): void => {
    const name = nameOf(given, privacy);
    if (name !== null) attributes[attribute] = name;
  };
  for (const [attribute, name] of Object.entries(answer.attributes ?? {})) put(attribute, name);
  put(ATTR_GEN_AI_RESPONSE_ID, answer.id);
  put(ATTR_GEN_AI_RESPONSE_MODEL, answer.model);
  const reasons = answer.finishReasons.flatMap((reason) => nameOf(reason, privacy) ?? []);
  if (reasons.length > 0) attributes[ATTR_GEN_AI_RESPONSE_FINISH_REASONS] = reasons;
  if (usage === null) return attributes;
  for (const [count, attribute] of USAGE) {
    const value = usage[count];
    if (value !== undefined) attributes[attribute] = value;
  }
  return attributes;
}

/** A name that the other side chose, as it may stand on spans and metrics; null where it is none. */
export function nameOf(given: string | null, privacy: SpanPrivacy): string | null {
  const name = asSpanName(given);
  return name === null ? null : privacy.name(name);
}

/** The status of a success stays unset, as the conventions have it. */
export function fail(span: Span, type: string): void {
  span.setAttribute(ATTR_ERROR_TYPE, type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
