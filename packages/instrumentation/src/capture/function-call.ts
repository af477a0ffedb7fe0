import { type Attributes, context, type Context, isSpanContextValid, type Span } from '@opentelemetry/api';
import type { ModelAnswer, ModelRequest } from '../dialect/dialect.js';
import { stopOf } from '../dialect/request-content.js';
import type { ToolDefinition } from '../dialect/tool-definitions.js';
import { guard, remark } from '../guard.js';
import {
  ATTR_ERROR_TYPE,
  ATTR_GEN_AI_RESPONSE_MODEL,
  ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK,
  ATTR_OUTCOME,
} from '../semconv.js';
import type { Leg, Message, SpanReference } from '../trial/trial.js';
import { type Call, PRIMARY_TOO_LARGE } from './call.js';
import type { CallMetrics } from './call-metrics.js';
import { type Clock, processClock } from './clock.js';
import { contentAttributes } from './content-attributes.js';
import { endWithContent } from './content-turns.js';
import { failureType } from './failure.js';
import { release } from './foreign-span.js';
import type { AnswerRead, ReadLimits } from './function-answer.js';
import { answered, asked, fail, nameOf, type PrimarySpan } from './primary-span.js';
import { type ProviderResponse, responseOf } from './provider-response.js';
import type { SpanContent, SpanPrivacy } from './span-privacy.js';

/** What is known of a call that is not HTTP when it starts. */
export interface FunctionCallStart {
  readonly request: ModelRequest;
  /** How its span is called. */
  readonly name: string;
  /** Attributes that go on the span and on the standard metrics. */
  readonly identity: Attributes;
  /** Attributes of the request, told when the call has ended. */
  readonly describe: () => Attributes;
  /** The messages of the request, made anew each time. Throws where there are none. */
  readonly messages: () => readonly Message[];
  /** The tools it offers to the model. Default: none. */
  readonly tools?: () => readonly ToolDefinition[];
  /** A failure seen before: how often this same call has been tried already. */
  readonly resendCount: number;
}

/** What all calls of one tap share. */
export interface FunctionCallEnvironment {
  readonly metrics: CallMetrics;
  /** Of an answer that is kept, in characters. */
  readonly maxChars: number;
  readonly clock?: Clock;
}

type End =
  | { readonly how: 'answered'; readonly answer: ModelAnswer }
  | { readonly how: 'too_large' }
  | { readonly how: 'failed'; readonly type: string }
  | { readonly how: 'aborted' }
  | { readonly how: 'abandoned' }
  | { readonly how: 'unread' };

const BYTES_PER_CHARACTER = 2;

/** A primary that is a function: what listeners see of it, and what its tap tells about it. Ends exactly once. */
export class FunctionCall implements Call {
  readonly startedAt: number;
  readonly request: ModelRequest;
  readonly host: string = '';
  readonly wire: null = null;
  readonly resendCount: number;
  readonly span: Span;
  readonly spanReference: SpanReference | null;
  readonly recording: boolean;
  readonly privacy: SpanPrivacy;
  readonly context: Readonly<Record<string, unknown>>;

  readonly #environment: FunctionCallEnvironment;
  readonly #clock: Clock;
  readonly #own: boolean;
  /** What was said goes on the span: null where it does not, or where the span is another's or not recorded. */
  readonly #content: SpanContent | null;
  readonly #identity: Attributes;
  #startedElapsed: number;
  readonly #listeners: ((leg: Leg) => void)[] = [];
  readonly #responses: ((response: ProviderResponse) => void)[] = [];
  /** The host's own: let go when the call has ended, since it may be held much longer for its trial. */
  #hosts: { readonly context: Context; readonly start: FunctionCallStart } | null;
  #messages: readonly Message[] | null = null;
  #keep = false;
  #firstChunkMs: number | null = null;
  #movedMs: number | null = null;

  constructor(environment: FunctionCallEnvironment, start: FunctionCallStart, span: PrimarySpan, privacy: SpanPrivacy) {
    this.#environment = environment;
    this.#clock = environment.clock ?? processClock;
    this.startedAt = this.#clock.now();
    this.#startedElapsed = this.#clock.elapsed();
    this.request = start.request;
    this.resendCount = start.resendCount;
    this.#identity = start.identity;
    this.#own = span.own;
    this.#hosts = { context: span.context, start };
    this.span = span.span;
    this.recording = this.span.isRecording();
    this.privacy = privacy;
    this.#content = this.#own && this.recording ? privacy.content : null;
    const spanContext = this.span.spanContext();
    this.spanReference = isSpanContextValid(spanContext)
      ? { traceId: spanContext.traceId, spanId: spanContext.spanId }
      : null;
    this.context = span.surroundings;
  }

  get bytes(): number {
    let characters = 0;
    for (const { parts } of guard('capture.messages', () => this.messages()) ?? []) {
      for (const part of parts) {
        for (const value of Object.values(part)) characters += typeof value === 'string' ? value.length : 0;
      }
    }
    return BYTES_PER_CHARACTER * characters;
  }

  /** Made once: what the host does with its arguments afterwards must not change what was asked. */
  messages(): readonly Message[] {
    this.#messages ??= this.#hosts?.start.messages() ?? null;
    if (this.#messages === null) throw new Error('the messages of a call that has ended');
    return this.#messages;
  }

  keepAnswer(): void {
    this.#keep = true;
    guard('capture.messages', () => this.messages());
  }

  onResponse(listener: (response: ProviderResponse) => void): void {
    this.#responses.push(listener);
  }

  onOutcome(listener: (leg: Leg) => void): void {
    this.#listeners.push(listener);
  }

  /** What of the answer is to be read. */
  get reading(): ReadLimits {
    return { content: this.#keep || this.#content !== null, maxChars: this.#environment.maxChars };
  }

  /** The call's time begins here, as a shadow's does where it is run: what shadows are made of was made before. */
  run<Result>(send: () => Result): Result {
    this.#startedElapsed = this.#clock.elapsed();
    try {
      return this.#own && this.#hosts !== null ? context.with(this.#hosts.context, send) : send();
    } finally {
      // While the answer is on its way: afterwards the host may have put it into the very list that was asked.
      if (this.#content !== null && this.#hosts !== null) guard('capture.messages', () => this.messages());
    }
  }

  /** The first piece of a streamed answer has come. */
  started(): void {
    this.#firstChunkMs ??= this.#sinceStart();
  }

  /** Something of a streamed answer has come. */
  moved(): void {
    this.#movedMs = this.#sinceStart();
  }

  /** What cannot be read leaves a call without an outcome, not one that failed. */
  answered(read: AnswerRead): void {
    if (read.status === 'ok') this.#settle({ how: 'answered', answer: read.answer });
    else if (read.status === 'too_large') this.#settle({ how: 'too_large' });
    else this.unread(read.detail);
  }

  /** The caller has its answer, and nothing is known of it. */
  unread(detail: string): void {
    if (this.#listeners.length > 0)
      remark('function.unread', `the answers of \`${this.request.operation}\` cannot be compared: ${detail}`);
    this.#settle({ how: 'unread' });
  }

  /** What its provider said, where the caller learns of it: told before the end. */
  responded(response: ProviderResponse | null): void {
    if (response === null) return;
    for (const listener of this.#responses.splice(0)) guard('capture.response', () => listener(response));
  }

  failed(error: unknown, type: string = failureType(error)): void {
    if (this.#responses.length > 0) this.responded(guard('capture.response', () => responseOf(error)) ?? null);
    this.#settle(type === 'AbortError' || type === 'ABORT_ERR' ? { how: 'aborted' } : { how: 'failed', type });
  }

  aborted(): void {
    this.#settle({ how: 'aborted' });
  }

  /** Nobody has read it, or nobody can see how it is read. */
  abandoned(): void {
    this.#settle({ how: 'abandoned' });
  }

  #sinceStart(): number {
    return this.#clock.elapsed() - this.#startedElapsed;
  }

  #settle(end: End): void {
    const hosts = this.#hosts;
    if (hosts === null) return;
    const durationMs = this.#sinceStart();
    this.#hosts = null;
    const leg = this.#leg(end, durationMs);
    guard('capture.span', () => this.#describe(end, leg, hosts.start));
    guard('capture.metrics', () => this.#measure(end, leg));
    const told = end.how === 'too_large' ? PRIMARY_TOO_LARGE : leg;
    for (const listener of this.#listeners.splice(0)) guard('capture.outcome', () => listener(told));
    if (this.#own) guard('capture.span', () => this.#end(end, hosts.start));
    else if (leg.status !== 'ok') guard('capture.span', () => release(this.span));
  }

  #end(end: End, start: FunctionCallStart): void {
    const content = this.#content;
    if (content === null) return this.span.end();
    const messages = this.#messages;
    const answer = end.how === 'answered' ? end.answer : null;
    endWithContent(this.span, () => {
      const tools = guard('capture.request_content', () => start.tools?.()) ?? [];
      const stop = guard('capture.request_content', () => stopOf(start.describe()));
      const request = messages === null ? null : { instructions: [], messages, tools, ...stop };
      return contentAttributes(content, request, answer?.messages ?? []);
    });
  }

  #leg(end: End, durationMs: number): Leg {
    const span = this.spanReference;
    if (end.how === 'aborted') return { status: 'aborted', afterMs: durationMs, span };
    // When it last moved is all there is to know.
    if (end.how === 'abandoned') return { status: 'aborted', afterMs: this.#movedMs ?? durationMs, span };
    if (end.how === 'failed') return { status: 'error', type: end.type, durationMs, span };
    if (end.how === 'unread') return { status: 'missing', reason: 'unreadable_answer' };
    // What the caller gets is whole, however much of it is read here.
    const answer = end.how === 'answered' ? end.answer : null;
    return {
      status: 'ok',
      answer: this.#keep && answer !== null ? { kind: 'text', messages: answer.messages } : { kind: 'none' },
      finish: answer?.finish ?? null,
      usage: answer?.usage ?? null,
      durationMs,
      ...(this.request.stream && this.#firstChunkMs !== null && { firstChunkMs: this.#firstChunkMs }),
      model: answer?.model ?? null,
      span,
    };
  }

  #describe(end: End, leg: Leg, start: FunctionCallStart): void {
    if (!this.#own || !this.recording) return;
    guard('capture.attributes', () => this.span.setAttributes(asked(start.describe(), this.privacy)));
    if (end.how === 'answered') this.span.setAttributes(answered(end.answer, this.privacy));
    if (this.request.stream && this.#firstChunkMs !== null) {
      this.span.setAttribute(ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK, this.#firstChunkMs / 1000);
    }
    if (leg.status === 'error') fail(this.span, leg.type);
    if (end.how === 'aborted' || end.how === 'abandoned') this.span.setAttribute(ATTR_OUTCOME, end.how);
  }

  /** Calls that were given up, or whose end was not seen, say nothing about how long the operation takes. */
  #measure(end: End, leg: Leg): void {
    if (leg.status !== 'ok' && leg.status !== 'error') return;
    const answer = end.how === 'answered' ? end.answer : null;
    const model = nameOf(answer?.model ?? null, this.privacy);
    const attributes = { ...this.#identity, ...(model !== null && { [ATTR_GEN_AI_RESPONSE_MODEL]: model }) };
    const failure: Attributes = leg.status === 'error' ? { [ATTR_ERROR_TYPE]: leg.type } : {};
    this.#environment.metrics.record(leg.durationMs, answer?.usage ?? null, attributes, failure);
  }
}
