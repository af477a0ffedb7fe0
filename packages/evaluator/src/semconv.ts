/**
 * Names on the wire. `gen_ai.*` are those of the OpenTelemetry GenAI semantic conventions (open-telemetry/
 * semantic-conventions-genai, event `gen_ai.evaluation.result`), copied because the conventions are still moving; everything of
 * our own begins with `understudy.`.
 */

export const EVENT_GEN_AI_EVALUATION_RESULT = 'gen_ai.evaluation.result';
export const ATTR_GEN_AI_EVALUATION_NAME = 'gen_ai.evaluation.name';
export const ATTR_GEN_AI_EVALUATION_SCORE_VALUE = 'gen_ai.evaluation.score.value';
export const ATTR_GEN_AI_EVALUATION_SCORE_LABEL = 'gen_ai.evaluation.score.label';
export const ATTR_ERROR_TYPE = 'error.type';

export const SPAN_EVALUATE = 'evaluate';
export const SPAN_JUDGE = 'judge';

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

/** With a scorer's name after it: its number, in [0,1]. What questions to a trace store can compare; events cannot be. */
export const ATTR_SCORE = 'understudy.score';
/** Both answers say the same: as texts but for white space, or as JSON; and call the same tools. */
export const ATTR_AGREEMENT = 'understudy.agreement';
/** The shadow failed and the primary did not. */
export const ATTR_CANDIDATE_ONLY_ERROR = 'understudy.candidate.only_error';
/** The shadow's duration over the primary's, where both answered. */
export const ATTR_DURATION_RATIO = 'understudy.duration.ratio';
/** That ratio is above 2. Of its own, since Jaeger compares no numbers. */
export const ATTR_CANDIDATE_SLOWER = 'understudy.candidate.slower';
/** Who is better: `shadow`, `primary`, `tie`, `exact` (the same, nobody was asked), `abstained`. */
export const ATTR_JUDGEMENT = 'understudy.judgement';

export const EVENT_VERDICT_CHANGED = 'understudy.verdict.changed';
export const ATTR_VERDICT_STATE = 'understudy.verdict.state';
/** What it was before; absent where nothing was known of the candidate. */
export const ATTR_VERDICT_PREVIOUS = 'understudy.verdict.previous';
export const ATTR_VERDICT_REASON = 'understudy.verdict.reason';
/** Pairs of evidence. */
export const ATTR_VERDICT_PAIRS = 'understudy.verdict.pairs';

export const METRIC_FUNNEL = 'understudy.funnel';
export const METRIC_DROPPED = 'understudy.dropped';
export const METRIC_MISCONFIGURED = 'understudy.misconfigured';
export const METRIC_MISCONFIGURED_LAST_SEEN = 'understudy.misconfigured.last_seen.seconds';
export const METRIC_PAIRS = 'understudy.pairs';
export const METRIC_CALL_TOKENS = 'understudy.call.tokens';
export const METRIC_CALL_COST = 'understudy.call.cost';
export const METRIC_SCORE = 'understudy.score';
export const METRIC_SCORE_MISSING = 'understudy.score.missing';
export const METRIC_EVALUATION_CALLS = 'understudy.evaluation.calls';
export const METRIC_EVALUATION_COST = 'understudy.evaluation.cost';
export const METRIC_ESTIMATE = 'understudy.estimate';
export const METRIC_MARGIN = 'understudy.margin';
export const METRIC_EVIDENCE = 'understudy.evidence';
export const METRIC_EVIDENCE_THRESHOLD = 'understudy.evidence.threshold';
export const METRIC_VERDICT = 'understudy.verdict';
export const METRIC_REASON = 'understudy.reason';
export const METRIC_PAIRS_EVIDENCE = 'understudy.pairs.evidence';
export const METRIC_PAIRS_REMAINING = 'understudy.pairs.remaining';
export const METRIC_TIME_REMAINING = 'understudy.time.remaining.seconds';
export const METRIC_WINDOW_REMAINING = 'understudy.window.remaining.seconds';
export const METRIC_QUEUE_WAITING = 'understudy.queue.waiting';
export const METRIC_QUEUE_AGE = 'understudy.queue.age.seconds';
export const METRIC_COVERAGE = 'understudy.coverage';
export const METRIC_BUDGET_SPENT = 'understudy.budget.spent';
export const METRIC_BUDGET_LIMIT = 'understudy.budget.limit';
export const METRIC_BUDGET_USED_UP = 'understudy.budget.used_up';
export const METRIC_JUDGEMENTS = 'understudy.judgements';
export const METRIC_JUDGE_CONSISTENCY = 'understudy.judge.consistency';
export const METRIC_JUDGE_POSITION_BIAS = 'understudy.judge.position_bias';
export const METRIC_JUDGE_FALSE_WINS = 'understudy.judge.false_wins';
export const METRIC_JUDGE_AGREEMENT = 'understudy.judge.agreement';
export const METRIC_JUDGE_ABSTAINED = 'understudy.judge.abstained';
