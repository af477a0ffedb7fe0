import { isSpanContextValid, ROOT_CONTEXT, type Span, SpanKind, trace, type Tracer } from '@opentelemetry/api';
import { boundedSpanName } from '../capture/bounded-names.js';
import type { Call } from '../capture/call.js';
import { contentAttributes } from '../capture/content-attributes.js';
import { endWithContent } from '../capture/content-turns.js';
import { answered, asked, attempt, fail, spanName } from '../capture/primary-span.js';
import { NO_CONTENT, type SpanPrivacy } from '../capture/span-privacy.js';
import {
  ATTR_ARM,
  ATTR_CALL_ID,
  ATTR_DROP_REASON,
  ATTR_EXPERIMENT,
  ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK,
  ATTR_OUTCOME,
  ATTR_PAIR_ID,
  ATTR_PEER_SPAN_ID,
  ATTR_PEER_TRACE_ID,
  ATTR_ROLE,
  ATTR_RUN,
} from '../semconv.js';
import type { Topology } from '../experiment/definition.js';
import { guard } from '../guard.js';
import type { CallId, Leg, PairId, RunId, SpanReference } from '../trial/trial.js';
import type { ExchangeOutcome } from './bounded.js';
import type { ShadowCall } from './prepare.js';

/** What a pair is called on both of its spans. */
export interface PairNames {
  readonly callId: CallId;
  readonly pairId: PairId;
  readonly experiment: string;
  readonly run: RunId;
  readonly arm: string;
}

/** A shadow's span. `unfollowed`: it should have had a trace of its own, and the sampler would not have recorded that. */
export interface StartedShadow {
  readonly span: Span;
  readonly unfollowed: boolean;
}

/** What was said when a shadow was fired and is needed when its span ends. */
interface Fired {
  readonly shadow: ShadowCall;
  readonly privacy: SpanPrivacy;
}

const firedBy = new WeakMap<Span, Fired>();

/**
 * Starts a shadow's span and links it with its primary's, both ways. Called before the primary is sent: a span that has ended takes
 * no link.
 *
 * A trace of its own, so that nobody's request looks slower or costlier for it. A sampler that knows nothing of shadows may not
 * record that trace: then the span is put into the primary's, since a pair of which half is missing explains nothing, and
 * `unfollowed` is true.
 */
export function startShadowSpan(
  tracer: Tracer,
  call: Call,
  names: PairNames,
  shadow: ShadowCall,
  topology: Topology,
): StartedShadow {
  const { request } = shadow;
  const primary = call.span.spanContext();
  const linked = isSpanContextValid(primary);
  const options = {
    kind: SpanKind.CLIENT,
    attributes: {
      ...shadow.attributes,
      ...attempt(request, 0),
      ...pairAttributes('shadow', names, call.spanReference),
    },
    links: linked ? [{ context: primary, attributes: { [ATTR_ROLE]: 'primary', [ATTR_PAIR_ID]: names.pairId } }] : [],
  };
  const name = boundedSpanName(spanName(request), request.operation);
  const root = topology === 'linked' ? tracer.startSpan(name, { ...options, root: true }, ROOT_CONTEXT) : null;
  const unfollowed = root !== null && call.recording && !root.isRecording();
  const below = (): Span => tracer.startSpan(name, options, trace.setSpan(ROOT_CONTEXT, call.span));
  const span = root === null || unfollowed ? below() : root;
  firedBy.set(span, { shadow, privacy: call.privacy });
  // Past its start the span must be ended, so nothing may break off here: a host's own spans need not have every method.
  guard('shadow.span', () => {
    if (!isSpanContextValid(span.spanContext())) return;
    const attributes = { [ATTR_ROLE]: 'shadow', [ATTR_ARM]: names.arm, [ATTR_PAIR_ID]: names.pairId };
    call.span.addLink({ context: span.spanContext(), attributes });
  });
  return { span, unfollowed };
}

/** Adds what only the whole body says. Proportional to the prompt: for after the primary has been sent. */
export function describeRequest(span: Span, shadow: ShadowCall): void {
  const privacy = firedBy.get(span)?.privacy ?? NO_CONTENT;
  if (span.isRecording()) span.setAttributes(asked(shadow.describe(), privacy));
}

/** Puts the names of a pair on the primary's span. Of several, the first candidate's: the links name the others. */
export function describePrimary(call: Call, names: PairNames, shadow: Span): void {
  call.span.setAttributes(pairAttributes('primary', names, referenceOf(shadow)));
}

/** Ends a shadow's span with what came of it, and with what was said where its primary's carries that as well. */
export function endShadowSpan(span: Span, leg: Leg, outcome: ExchangeOutcome | null): void {
  const fired = firedBy.get(span);
  const privacy = fired?.privacy ?? NO_CONTENT;
  if (outcome?.status === 'ok') {
    span.setAttributes(answered(outcome.answer, privacy));
    if (outcome.firstChunkMs !== undefined) {
      span.setAttribute(ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK, outcome.firstChunkMs / 1000);
    }
  }
  if (leg.status === 'error') fail(span, leg.type);
  // The outcome for who asks for all of them: a store may find spans by what an attribute is, and not by its being there.
  if (leg.status === 'missing') span.setAttributes({ [ATTR_OUTCOME]: 'missing', [ATTR_DROP_REASON]: leg.reason });
  const { content } = privacy;
  if (fired === undefined || content === null || !span.isRecording()) return span.end();
  const answer = outcome?.status === 'ok' ? outcome.answer.messages : [];
  endWithContent(span, () => {
    const request = guard('shadow.content', () => fired.shadow.content()) ?? null;
    return contentAttributes(content, request, answer);
  });
}

/** Where a span is, or null without an SDK. */
export function referenceOf(span: Span): SpanReference | null {
  const spanContext = span.spanContext();
  return isSpanContextValid(spanContext) ? { traceId: spanContext.traceId, spanId: spanContext.spanId } : null;
}

function pairAttributes(
  role: 'primary' | 'shadow',
  names: PairNames,
  peer: SpanReference | null,
): Record<string, string> {
  return {
    [ATTR_ROLE]: role,
    [ATTR_EXPERIMENT]: names.experiment,
    [ATTR_RUN]: names.run,
    [ATTR_ARM]: names.arm,
    [ATTR_CALL_ID]: names.callId,
    [ATTR_PAIR_ID]: names.pairId,
    ...(peer !== null && { [ATTR_PEER_TRACE_ID]: peer.traceId, [ATTR_PEER_SPAN_ID]: peer.spanId }),
  };
}
