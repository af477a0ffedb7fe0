/**
 * Names on the wire. `gen_ai.*` are those of the OpenTelemetry GenAI semantic conventions (open-telemetry/
 * semantic-conventions-genai, event `gen_ai.evaluation.result`), copied because the conventions are still moving; everything of
 * our own begins with `understudy.`.
 */

export const EVENT_GEN_AI_EVALUATION_RESULT = 'gen_ai.evaluation.result';
export const ATTR_GEN_AI_EVALUATION_NAME = 'gen_ai.evaluation.name';
export const ATTR_GEN_AI_EVALUATION_SCORE_VALUE = 'gen_ai.evaluation.score.value';
export const ATTR_ERROR_TYPE = 'error.type';

export const SPAN_EVALUATE = 'evaluate';

export const ATTR_PAIR_ID = 'understudy.pair.id';
export const ATTR_CALL_ID = 'understudy.call.id';
export const ATTR_ROLE = 'understudy.role';
export const ATTR_EXPERIMENT = 'understudy.experiment';
export const ATTR_ARM = 'understudy.arm';
export const ATTR_RUN = 'understudy.run';
export const ATTR_SEGMENT = 'understudy.segment';
export const ATTR_PRIMARY_OUTCOME = 'understudy.primary.outcome';
export const ATTR_SHADOW_OUTCOME = 'understudy.shadow.outcome';
/** Primary's and shadow's duration, in milliseconds. */
export const ATTR_PRIMARY_DURATION = 'understudy.primary.duration_ms';
export const ATTR_SHADOW_DURATION = 'understudy.shadow.duration_ms';
/** The same scorer between the incumbent's two answers to this call: what a score is read against. */
export const ATTR_NOISE_SCORE = 'understudy.noise.score.value';
export const ATTR_PEER_TRACE_ID = 'understudy.peer.trace_id';
export const ATTR_PEER_SPAN_ID = 'understudy.peer.span_id';

export const EVENT_VERDICT_CHANGED = 'understudy.verdict.changed';
export const ATTR_VERDICT_STATE = 'understudy.verdict.state';
/** What it was before; absent where nothing was known of the candidate. */
export const ATTR_VERDICT_PREVIOUS = 'understudy.verdict.previous';
export const ATTR_VERDICT_REASON = 'understudy.verdict.reason';
/** Pairs of evidence. */
export const ATTR_VERDICT_PAIRS = 'understudy.verdict.pairs';

export const METRIC_FUNNEL = 'understudy.funnel';
export const METRIC_DROPPED = 'understudy.dropped';
export const METRIC_PAIRS = 'understudy.pairs';
export const METRIC_CALL_TOKENS = 'understudy.call.tokens';
export const METRIC_CALL_COST = 'understudy.call.cost';
export const METRIC_SCORE = 'understudy.score';
export const METRIC_SCORE_MISSING = 'understudy.score.missing';
export const METRIC_EVALUATION_CALLS = 'understudy.evaluation.calls';
export const METRIC_EVALUATION_COST = 'understudy.evaluation.cost';
export const METRIC_ESTIMATE = 'understudy.estimate';
export const METRIC_EVIDENCE = 'understudy.evidence';
export const METRIC_VERDICT = 'understudy.verdict';
export const METRIC_PAIRS_REMAINING = 'understudy.pairs.remaining';
export const METRIC_COVERAGE = 'understudy.coverage';
export const METRIC_BUDGET_SPENT = 'understudy.budget.spent';
export const METRIC_BUDGET_LIMIT = 'understudy.budget.limit';
export const METRIC_JUDGEMENTS = 'understudy.judgements';
export const METRIC_JUDGE_CONSISTENCY = 'understudy.judge.consistency';
export const METRIC_JUDGE_POSITION_BIAS = 'understudy.judge.position_bias';
export const METRIC_JUDGE_FALSE_WINS = 'understudy.judge.false_wins';
export const METRIC_JUDGE_AGREEMENT = 'understudy.judge.agreement';
export const METRIC_JUDGE_ABSTAINED = 'understudy.judge.abstained';
