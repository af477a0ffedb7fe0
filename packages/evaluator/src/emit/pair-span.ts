import {
  type Attributes,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import type { Leg, SpanReference } from '@understudy/instrumentation/trial';
import {
  ATTR_ARM,
  ATTR_CALL_ID,
  ATTR_CANDIDATE_ONLY_ERROR,
  ATTR_CANDIDATE_SLOWER,
  ATTR_DURATION_RATIO,
  ATTR_EXPERIMENT,
  ATTR_PAIR_ID,
  ATTR_PEER_SPAN_ID,
  ATTR_PEER_TRACE_ID,
  ATTR_PRIMARY_DURATION,
  ATTR_PRIMARY_OUTCOME,
  ATTR_ROLE,
  ATTR_RUN,
  ATTR_SEGMENT,
  ATTR_SHADOW_DURATION,
  ATTR_SHADOW_OUTCOME,
} from '../semconv.js';

/** A pair as the spans of the evaluator name it. */
export interface PairSpan {
  readonly pair: string;
  /** Null where it is not known any more. */
  readonly call: string | null;
  readonly experiment: string;
  readonly run: string;
  readonly arm: string;
  readonly segment: string;
  readonly primary: Leg;
  readonly shadow: Leg;
}

/** Starts a span about a pair: a root, linked to both calls. Numbers and names only, never what was said. */
export function startPairSpan(
  tracer: Tracer,
  name: string,
  pair: PairSpan,
  startTime: number,
  attributes: Attributes = {},
): Span {
  return tracer.startSpan(
    name,
    {
      kind: SpanKind.INTERNAL,
      root: true,
      startTime,
      links: [...linkTo(pair.primary, 'primary'), ...linkTo(pair.shadow, 'shadow')],
      attributes: { ...attributesOf(pair), ...attributes },
    },
    ROOT_CONTEXT,
  );
}

function attributesOf({ pair, call, experiment, run, arm, segment, primary, shadow }: PairSpan): Attributes {
  const peer = spanOf(primary);
  const [before, after] = [durationOf(primary), durationOf(shadow)];
  return {
    [ATTR_PAIR_ID]: pair,
    ...(call !== null && { [ATTR_CALL_ID]: call }),
    [ATTR_EXPERIMENT]: experiment,
    [ATTR_RUN]: run,
    [ATTR_ARM]: arm,
    [ATTR_SEGMENT]: segment,
    [ATTR_PRIMARY_OUTCOME]: primary.status,
    [ATTR_SHADOW_OUTCOME]: shadow.status,
    [ATTR_CANDIDATE_ONLY_ERROR]: shadow.status === 'error' && primary.status !== 'error',
    ...(before !== null && { [ATTR_PRIMARY_DURATION]: before }),
    ...(after !== null && { [ATTR_SHADOW_DURATION]: after }),
    ...ratioOf(primary, shadow),
    // Some backends show little of a link: the primary is found by attribute as well.
    ...(peer !== null && { [ATTR_PEER_TRACE_ID]: peer.traceId, [ATTR_PEER_SPAN_ID]: peer.spanId }),
  };
}

/** More than so many times the primary's duration is slower by any account. */
const SLOWER = 2;

/** A call that failed at once is not faster than one that answered. */
function ratioOf(primary: Leg, shadow: Leg): Attributes {
  if (primary.status !== 'ok' || shadow.status !== 'ok' || primary.durationMs <= 0) return {};
  const ratio = shadow.durationMs / primary.durationMs;
  return { [ATTR_DURATION_RATIO]: ratio, [ATTR_CANDIDATE_SLOWER]: ratio > SLOWER };
}

function durationOf(leg: Leg): number | null {
  return 'durationMs' in leg ? leg.durationMs : null;
}

function linkTo(leg: Leg, role: 'primary' | 'shadow'): readonly Link[] {
  const span = spanOf(leg);
  if (span === null) return [];
  const context = { traceId: span.traceId, spanId: span.spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
  return [{ context, attributes: { [ATTR_ROLE]: role } }];
}

function spanOf(leg: Leg): SpanReference | null {
  return leg.status === 'missing' ? null : leg.span;
}
