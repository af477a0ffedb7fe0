import type { Attributes, Tracer } from '@opentelemetry/api';
import { AA_ARM } from '@understudy/instrumentation/trial';
import type { PairRow } from '../ledger/ledger.js';
import {
  ATTR_AGREEMENT,
  ATTR_ERROR_TYPE,
  ATTR_GEN_AI_EVALUATION_NAME,
  ATTR_GEN_AI_EVALUATION_SCORE_VALUE,
  ATTR_NOISE_SCORE,
  ATTR_SCORE,
  EVENT_GEN_AI_EVALUATION_RESULT,
  SPAN_EVALUATE,
} from '../semconv.js';
import { startPairSpan } from './pair-span.js';

/** When a pair was scored, in epoch ms. */
export interface Scored {
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * One span for a candidate's pair, with an event for each score as the conventions have it, and each number as an attribute as well: a
 * question to a trace store can compare attributes of one span, and not those of its events.
 */
export function emitEvaluateSpan(tracer: Tracer, row: PairRow, experiment: string, scored: Scored): void {
  if (row.arm === AA_ARM) return;
  const { primary, shadow } = row.content;
  const { ab, aa } = row.facts.scores;
  const span = startPairSpan(
    tracer,
    SPAN_EVALUATE,
    { ...row, experiment, primary, shadow },
    scored.startedAt,
    scoresOf(ab),
  );
  for (const [scorer, score] of Object.entries(ab)) {
    const noise = aa[scorer];
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

function scoresOf(scores: PairRow['facts']['scores']['ab']): Attributes {
  const numbers = Object.entries(scores).flatMap(([scorer, score]) =>
    typeof score === 'number' ? [[`${ATTR_SCORE}.${scorer}`, score] as const] : [],
  );
  return { ...Object.fromEntries(numbers), ...agreementOf(scores) };
}

/** The same text, or the same JSON; and where tools were called, the same calls. Absent where nobody could tell. */
function agreementOf(scores: PairRow['facts']['scores']['ab']): Attributes {
  const same = [scores['exact'], scores['exact_json']].filter((score) => typeof score === 'number');
  return same.length === 0 ? {} : { [ATTR_AGREEMENT]: same.includes(1) && scores['tool_exact'] !== 0 };
}
