import { type Attributes, type Link, ROOT_CONTEXT, SpanKind, TraceFlags, type Tracer } from '@opentelemetry/api';
import { AA_ARM, type Leg, type SpanReference } from '@understudy/instrumentation/trial';
import type { PairRow } from '../ledger/ledger.js';
import type { Outcome } from '../tally/facts.js';
import {
  ATTR_ARM,
  ATTR_CALL_ID,
  ATTR_ERROR_TYPE,
  ATTR_EXPERIMENT,
  ATTR_GEN_AI_EVALUATION_NAME,
  ATTR_GEN_AI_EVALUATION_SCORE_VALUE,
  ATTR_NOISE_SCORE,
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
  EVENT_GEN_AI_EVALUATION_RESULT,
  SPAN_EVALUATE,
} from '../semconv.js';

/** When a pair was scored, in epoch ms. */
export interface Scored {
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * One span for a candidate's pair: a root, linked to both calls, with an event for each score. Numbers and names only,
 * never what was said.
 */
export function emitEvaluateSpan(tracer: Tracer, row: PairRow, experiment: string, scored: Scored): void {
  if (row.arm === AA_ARM) return;
  const { primary, shadow } = row.content;
  const span = tracer.startSpan(
    SPAN_EVALUATE,
    {
      kind: SpanKind.INTERNAL,
      root: true,
      startTime: scored.startedAt,
      links: [...linkTo(primary, 'primary'), ...linkTo(shadow, 'shadow')],
      attributes: attributesOf(row, experiment),
    },
    ROOT_CONTEXT,
  );
  for (const [scorer, score] of Object.entries(row.facts.scores.ab)) {
    const noise = row.facts.scores.aa[scorer];
    span.addEvent(
      EVENT_GEN_AI_EVALUATION_RESULT,
      {
        [ATTR_GEN_AI_EVALUATION_NAME]: scorer,
        ...(score === null ? { [ATTR_ERROR_TYPE]: 'no_score' } : { [ATTR_GEN_AI_EVALUATION_SCORE_VALUE]: score }),
        ...(typeof noise === 'number' ? { [ATTR_NOISE_SCORE]: noise } : {}),
      },
      scored.endedAt,
    );
  }
  span.end(scored.endedAt);
}

function attributesOf({ pair, call, run, arm, segment, facts, content }: PairRow, experiment: string): Attributes {
  const peer = spanOf(content.primary);
  return {
    [ATTR_PAIR_ID]: pair,
    [ATTR_CALL_ID]: call,
    [ATTR_EXPERIMENT]: experiment,
    [ATTR_RUN]: run,
    [ATTR_ARM]: arm,
    [ATTR_SEGMENT]: segment,
    [ATTR_PRIMARY_OUTCOME]: facts.primary.status,
    [ATTR_SHADOW_OUTCOME]: facts.shadow.status,
    ...durationOf(ATTR_PRIMARY_DURATION, facts.primary),
    ...durationOf(ATTR_SHADOW_DURATION, facts.shadow),
    // Some backends show little of a link: the primary is found by attribute as well.
    ...(peer === null ? {} : { [ATTR_PEER_TRACE_ID]: peer.traceId, [ATTR_PEER_SPAN_ID]: peer.spanId }),
  };
}

function durationOf(name: string, outcome: Outcome): Attributes {
  return 'durationMs' in outcome ? { [name]: outcome.durationMs } : {};
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
