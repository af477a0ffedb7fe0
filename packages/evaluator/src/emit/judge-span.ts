import type { Tracer } from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_GEN_AI_EVALUATION_NAME,
  ATTR_GEN_AI_EVALUATION_SCORE_LABEL,
  ATTR_GEN_AI_EVALUATION_SCORE_VALUE,
  ATTR_JUDGEMENT,
  EVENT_GEN_AI_EVALUATION_RESULT,
  SPAN_JUDGE,
} from '../semconv.js';
import { type PairSpan, startPairSpan } from './pair-span.js';

/** What was said of a pair: by a judge, or because nobody had to be asked. */
export interface Judged {
  /** What it was judged by. */
  readonly rubric: string;
  readonly outcome: 'shadow' | 'primary' | 'tie' | 'exact' | 'abstained';
  /** Of the shadow, in [0, 1]; null for an abstention. */
  readonly score: number | null;
  /** Why there is no judgement; null: there is. */
  readonly reason: string | null;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** One span for a judgement, with what was said as an attribute and as the conventions' event. Nothing of why: that is the judge's prose. */
export function emitJudgeSpan(tracer: Tracer, pair: PairSpan, judged: Judged): void {
  const { rubric, outcome, score, reason, startedAt, endedAt } = judged;
  const span = startPairSpan(tracer, SPAN_JUDGE, pair, startedAt, { [ATTR_JUDGEMENT]: outcome });
  span.addEvent(
    EVENT_GEN_AI_EVALUATION_RESULT,
    {
      [ATTR_GEN_AI_EVALUATION_NAME]: rubric,
      [ATTR_GEN_AI_EVALUATION_SCORE_LABEL]: outcome,
      ...(score !== null && { [ATTR_GEN_AI_EVALUATION_SCORE_VALUE]: score }),
      ...(reason !== null && { [ATTR_ERROR_TYPE]: reason }),
    },
    endedAt,
  );
  span.end(endedAt);
}
