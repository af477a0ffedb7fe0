import { setImmediate } from 'node:timers';
import { context, isSpanContextValid, type Attributes, type Context, type Span } from '@opentelemetry/api';
import type { AnswerReader, Dialect, ModelAnswer, ModelRequest } from '../dialect/dialect.js';
import { faultOf, isTooLarge, UNREADABLE } from '../dialect/fault.js';
import { requestContent } from '../dialect/request-content.js';
import { guard } from '../guard.js';
import {
  ATTR_ERROR_TYPE,
  ATTR_GEN_AI_RESPONSE_MODEL,
  ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK,
  ATTR_OUTCOME,
} from '../semconv.js';
import type { BodyObserver, OutgoingRequest } from '../tap/observer.js';
import type { ResponseHeader } from '../tap/response-headers.js';
import type { Leg, Message, SpanReference } from '../trial/trial.js';
import { type Call, type CallListener, PRIMARY_TOO_LARGE, type WireCall } from './call.js';
import type { CallMetrics } from './call-metrics.js';
import type { Clock } from './clock.js';
import { contentAttributes } from './content-attributes.js';
import { endWithContent } from './content-turns.js';
import { failureType, isTimeout } from './failure.js';
import { release } from './foreign-span.js';
import type { LateKnown } from './late-call.js';
import { answered, asked, fail, nameOf, type PrimarySpan } from './primary-span.js';
import type { ProviderResponse } from './provider-response.js';
import { SentRequest } from './sent-request.js';
import type { SpanContent, SpanPrivacy } from './span-privacy.js';

/** What all calls of one capture share. */
export interface CallEnvironment {
  readonly clock: Clock;
  readonly metrics: CallMetrics;
  readonly abandonedAfterMs: number;
  readonly maxAnswerBytes: number;
}

/** What is known of one call when it starts. */
export interface CallStart {
  readonly startedAt: number;
  readonly startedElapsed: number;
  readonly dialect: Dialect;
  readonly request: ModelRequest;
  readonly outgoing: OutgoingRequest;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  readonly resendCount: number;
  readonly span: PrimarySpan;
  readonly privacy: SpanPrivacy;
  /** Attributes that go on the standard metrics. */
  readonly identity: Attributes;
}

const NO_HEADERS: ReadonlyMap<string, string> = new Map();

/** How a call can end, before its answer is looked at. */
type End =
  | { readonly how: 'ended' }
  | { readonly how: 'failed'; readonly type: string }
  | { readonly how: 'aborted' }
  | { readonly how: 'abandoned' };

/** One primary: what listeners see of it, and what the tap tells about it. Ends exactly once, whatever happens. */
export class PrimaryCall implements Call, LateKnown {
  readonly startedAt: number;
  readonly request: ModelRequest;
  readonly resendCount: number;
  readonly span: Span;
  readonly spanReference: SpanReference | null;
  readonly recording: boolean;
  readonly privacy: SpanPrivacy;
  readonly context: Readonly<Record<string, unknown>>;
  readonly abandonedAfterMs: number;

  readonly #environment: CallEnvironment;
  #wire: WireCall;
  readonly #own: boolean;
  /** What was said goes on the span: null where it does not, or where the span is another's or not recorded. */
  readonly #content: SpanContent | null;
  #startedElapsed: number;
  readonly #identity: Attributes;
  /** The host's own context and arguments of fetch: a call may be held much longer than them, for its trial. */
  #hosts: { readonly context: Context; aborted(): boolean } | null;
  readonly #listeners: ((leg: Leg) => void)[] = [];
  readonly #responses: ((response: ProviderResponse) => void)[] = [];
  /** Who is still to be shown the call. */
  #audience: CallListener | null = null;
  #keep = false;
  #reader: AnswerReader | null = null;
  #firstChunkMs: number | null = null;
  #movedMs: number | null = null;
  /** When the last event of the answer came, which may be long before the response ends. */
  #overMs: number | null = null;
  #ending = false;
  /** The answer went on, and its rest was not shown. */
  #cut = false;
  #settled = false;

  constructor(environment: CallEnvironment, start: CallStart) {
    this.#environment = environment;
    this.#own = start.span.own;
    this.#startedElapsed = start.startedElapsed;
    this.#identity = start.identity;
    this.#hosts = { context: start.span.context, aborted: start.outgoing.aborted };
    this.startedAt = start.startedAt;
    this.request = start.request;
    const { dialect, outgoing, headers, body } = start;
    this.#wire = new SentRequest({ dialect, url: outgoing.url, headers, body });
    this.resendCount = start.resendCount;
    this.span = start.span.span;
    this.recording = this.span.isRecording();
    this.privacy = start.privacy;
    this.#content = this.#own && this.recording ? start.privacy.content : null;
    const spanContext = this.span.spanContext();
    this.spanReference = isSpanContextValid(spanContext)
      ? { traceId: spanContext.traceId, spanId: spanContext.spanId }
      : null;
    this.context = start.span.surroundings;
    this.abandonedAfterMs = environment.abandonedAfterMs;
  }

  get wire(): WireCall {
    return this.#wire;
  }

  get host(): string {
    return this.wire.url.host;
  }

  get bytes(): number {
    return this.wire.body.length;
  }

  messages(): readonly Message[] {
    return this.wire.dialect.messages(this.wire.body);
  }

  keepAnswer(): void {
    this.#keep = true;
  }

  onResponse(listener: (response: ProviderResponse) => void): void {
    this.#responses.push(listener);
  }

  onOutcome(listener: (leg: Leg) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Shows the call to the listener once its request is on its way, which need not wait for that; but before anything becomes of it. In the
   * host's own context, as its rules read it.
   */
  showTo(listener: CallListener): void {
    this.#audience = listener;
    setImmediate(() => this.#show());
  }

  /**
   * Where nobody waits for the outcome, prompt and headers are let go of, which would live as long as the model thinks.
   */
  #show(): void {
    const audience = this.#audience;
    if (audience === null) return;
    this.#audience = null;
    guard('capture.listener', () => audience(this));
    if (this.#keep || this.#listeners.length > 0) return;
    if (this.request.described === undefined) return;
    const { dialect, url, body } = this.#wire;
    this.#wire = new SentRequest({ dialect, url, headers: NO_HEADERS, body: this.#content === null ? '' : body });
  }

  /** The call's time begins here, as a shadow's does where it is sent. */
  run<Result>(send: () => Result): Result {
    this.#startedElapsed = this.#environment.clock.elapsed();
    return this.#own && this.#hosts !== null ? context.with(this.#hosts.context, send) : send();
  }

  responded(status: number, header: ResponseHeader): BodyObserver | null {
    // Only where nothing came between the request and its response is it shown here. That time is ours, not the provider's.
    const before = this.#environment.clock.elapsed();
    this.#show();
    this.#startedElapsed += this.#environment.clock.elapsed() - before;
    for (const listener of this.#responses.splice(0)) guard('capture.response', () => listener({ status, header }));
    if (status < 200 || status > 299) {
      this.#settle({ how: 'failed', type: String(status) });
      return null;
    }
    this.#movedMs = this.#sinceStart();
    const content = this.#keep || this.#content !== null;
    this.#reader = this.wire.dialect.reader(this.request, this.#environment.maxAnswerBytes, { content });
    return this;
  }

  chunk(bytes: Uint8Array): void {
    const reader = this.#reader;
    if (reader === null) return;
    // Before it is read, as of a shadow's: reading is our own time.
    this.#movedMs = this.#sinceStart();
    reader.push(bytes);
    if (reader.terminal) this.#overMs ??= this.#movedMs;
    if (this.#firstChunkMs === null && reader.started) this.#firstChunkMs = this.#movedMs;
    // Some clients neither read on nor cancel after the last event: their calls would be over at the deadline only. Not at once, since
    // the caller is still to get these bytes.
    if (reader.terminal && !this.#ending) {
      this.#ending = true;
      setImmediate(() => this.ended());
    }
  }

  /** What follows the end of an answer is none of it. */
  cutOff(): void {
    this.#cut = this.#reader?.terminal === false;
  }

  ended(): void {
    this.#settle({ how: 'ended' });
  }

  failed(error: unknown): void {
    if (this.#reader?.terminal === true) this.#settle({ how: 'ended' });
    else if (this.#hosts?.aborted() === true && !isTimeout(error)) this.#settle({ how: 'aborted' });
    else this.#settle({ how: 'failed', type: failureType(error) });
  }

  cancelled(): void {
    this.#settle({ how: this.#reader?.terminal === true ? 'ended' : 'aborted' });
  }

  abandoned(): void {
    this.#settle({ how: 'abandoned' });
  }

  unobservable(): void {
    this.#settle({ how: 'abandoned' });
  }

  #sinceStart(): number {
    return this.#environment.clock.elapsed() - this.#startedElapsed;
  }

  #durationMs(end: End): number {
    return end.how === 'ended' && this.#overMs !== null ? this.#overMs : this.#sinceStart();
  }

  #settle(end: End): void {
    if (this.#settled) return;
    this.#settled = true;
    const durationMs = this.#durationMs(end);
    this.#show();
    const reader = this.#reader;
    this.#reader = null;
    this.#hosts = null;
    const answer = guard('capture.answer', () => reader?.finish() ?? null) ?? null;
    const leg = this.#leg(end, answer, reader, durationMs);
    guard('capture.span', () => this.#describe(end, leg, answer));
    guard('capture.metrics', () => this.#measure(leg, answer));
    const told = leg.status === 'ok' && this.#isTooLarge(reader) ? PRIMARY_TOO_LARGE : leg;
    for (const listener of this.#listeners.splice(0)) guard('capture.outcome', () => listener(told));
    if (this.#own) guard('capture.span', () => this.#end(answer));
    else if (leg.status !== 'ok') guard('capture.span', () => release(this.span));
  }

  #end(answer: ModelAnswer | null): void {
    const { span } = this;
    const content = this.#content;
    if (content === null) return span.end();
    const { dialect, body } = this.wire;
    endWithContent(span, () => contentAttributes(content, requestContent(dialect, body), answer?.messages ?? []));
  }

  #leg(end: End, answer: ModelAnswer | null, reader: AnswerReader | null, durationMs: number): Leg {
    const span = this.spanReference;
    if (end.how === 'aborted') return { status: 'aborted', afterMs: durationMs, span };
    // A body nobody read was given up as much as one that was cancelled: when it last moved is all there is to know.
    if (end.how === 'abandoned') return { status: 'aborted', afterMs: this.#movedMs ?? durationMs, span };
    if (end.how === 'failed') return { status: 'error', type: end.type, durationMs, span };
    // What the caller gets is whole, however much of it is read here.
    const tooLarge = this.#isTooLarge(reader);
    const fault = reader === null ? UNREADABLE : tooLarge ? null : faultOf(reader, answer, this.request.stream);
    if (fault !== null) return { status: 'error', type: fault, durationMs, span };
    return {
      status: 'ok',
      answer:
        this.#keep && answer !== null && !tooLarge ? { kind: 'text', messages: answer.messages } : { kind: 'none' },
      finish: answer?.finish ?? null,
      usage: answer?.usage ?? null,
      durationMs,
      ...(this.request.stream && this.#firstChunkMs !== null && { firstChunkMs: this.#firstChunkMs }),
      model: answer?.model ?? null,
      span,
    };
  }

  #isTooLarge(reader: AnswerReader | null): boolean {
    return reader !== null && (isTooLarge(reader) || (this.#cut && reader.errorType === null));
  }

  #describe(end: End, leg: Leg, answer: ModelAnswer | null): void {
    if (!this.#own || !this.recording) return;
    // May look through the whole body: not while the primary waits to be sent.
    guard('capture.attributes', () => {
      const described = this.request.described ?? this.wire.dialect.requestAttributes(this.wire.body);
      this.span.setAttributes(asked(described, this.privacy));
    });
    if (answer !== null) this.span.setAttributes(answered(answer, this.privacy));
    if (this.request.stream && this.#firstChunkMs !== null) {
      this.span.setAttribute(ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK, this.#firstChunkMs / 1000);
    }
    if (leg.status === 'error') fail(this.span, leg.type);
    if (end.how === 'aborted' || end.how === 'abandoned') this.span.setAttribute(ATTR_OUTCOME, end.how);
  }

  /**
   * Calls that were given up say nothing about how long the operation takes. A call whose span is another instrumentation's is that
   * one's to measure: two points for one call would double every sum.
   */
  #measure(leg: Leg, answer: ModelAnswer | null): void {
    if (!this.#own) return;
    if (leg.status !== 'ok' && leg.status !== 'error') return;
    const model = nameOf(answer?.model ?? null, this.privacy);
    const attributes = { ...this.#identity, ...(model !== null && { [ATTR_GEN_AI_RESPONSE_MODEL]: model }) };
    const failure: Attributes = leg.status === 'error' ? { [ATTR_ERROR_TYPE]: leg.type } : {};
    this.#environment.metrics.record(leg.durationMs, answer?.usage ?? null, attributes, failure);
  }
}
