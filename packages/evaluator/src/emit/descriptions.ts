import { MISCONFIGURATIONS, SEGMENT_ALL } from '@understudy/instrumentation/trial';
import { STATES } from '../decide/verdict.js';
import { REASONS_OF_RUNS } from '../decide/reasons.js';
import {
  METRIC_BUDGET_LIMIT,
  METRIC_BUDGET_SPENT,
  METRIC_BUDGET_USED_UP,
  METRIC_CALL_COST,
  METRIC_CALL_TOKENS,
  METRIC_COVERAGE,
  METRIC_DROPPED,
  METRIC_ESTIMATE,
  METRIC_EVALUATION_CALLS,
  METRIC_EVALUATION_COST,
  METRIC_EVIDENCE,
  METRIC_EVIDENCE_THRESHOLD,
  METRIC_FUNNEL,
  METRIC_JUDGE_ABSTAINED,
  METRIC_JUDGE_AGREEMENT,
  METRIC_JUDGE_CONSISTENCY,
  METRIC_JUDGE_FALSE_WINS,
  METRIC_JUDGE_POSITION_BIAS,
  METRIC_JUDGEMENTS,
  METRIC_MARGIN,
  METRIC_MISCONFIGURED,
  METRIC_MISCONFIGURED_LAST_SEEN,
  METRIC_PAIRS,
  METRIC_PAIRS_EVIDENCE,
  METRIC_PAIRS_REMAINING,
  METRIC_QUEUE_AGE,
  METRIC_QUEUE_WAITING,
  METRIC_REASON,
  METRIC_SCORE,
  METRIC_SCORE_MISSING,
  METRIC_TIME_REMAINING,
  METRIC_VERDICT,
  METRIC_WINDOW_REMAINING,
} from '../semconv.js';

/** What is known of a metric before it has a number: what people read, and what all that is emitted is made with. */
export interface MetricDescription {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** Empty, in braces, or `s` where the name says so: nothing a backend would turn into a suffix. */
  readonly unit: string;
  /** A counter of parts of a thing, such as dollars, is no whole number. */
  readonly fractional?: true;
  /** Of each attribute the values it may have; null: names of the configuration, or of a provider's. */
  readonly attributes: Readonly<Record<string, readonly string[] | null>>;
  readonly help: string;
  /** For people only: when it is there, what is counted. */
  readonly remark?: string;
}

const CAUSES: readonly string[] = Object.keys(MISCONFIGURATIONS);

const ARM = { experiment: null, arm: null } as const;
const STREAM = { ...ARM, segment: null } as const;

/** Every metric of the evaluator, each out of the ledger. */
export const METRICS: readonly MetricDescription[] = [
  {
    name: METRIC_FUNNEL,
    kind: 'counter',
    unit: '{call}',
    attributes: { stage: ['stored', 'scored', 'judged'], ...ARM },
    help: 'Calls that reached a stage of the funnel.',
    remark: 'the stages before `stored` are from the service',
  },
  {
    name: METRIC_DROPPED,
    kind: 'counter',
    unit: '{call}',
    attributes: { reason: ['aside', 'lost'], ...ARM },
    help: 'Calls that left the funnel, by reason.',
    remark: 'other reasons are from the service',
  },
  {
    name: METRIC_MISCONFIGURED,
    kind: 'counter',
    unit: '{occurrence}',
    attributes: { cause: CAUSES, experiment: null },
    help: 'How often something was seen to be set up wrong, by cause.',
    remark: 'of services and evaluators, also of those that export nothing; [causes](doctor.md)',
  },
  {
    name: METRIC_MISCONFIGURED_LAST_SEEN,
    kind: 'gauge',
    unit: 's',
    attributes: { cause: CAUSES, experiment: null },
    help: 'When it was seen last, in seconds since 1970.',
    remark: 'by the clock of the evaluator that stored it',
  },
  {
    name: METRIC_PAIRS,
    kind: 'counter',
    unit: '{pair}',
    attributes: { ...STREAM, outcome: ['ok', 'shadow_error', 'primary_error', 'both_error', 'aborted', 'missing'] },
    help: 'Stored pairs by outcome.',
    remark: 'the segment is a critical one of the run the pair is of, `_none` or `_other`',
  },
  {
    name: METRIC_JUDGEMENTS,
    kind: 'counter',
    unit: '{pair}',
    attributes: { ...STREAM, outcome: ['shadow', 'primary', 'tie', 'exact', 'abstained'] },
    help: 'Judged pairs of the evidence by outcome.',
    remark: 'once the slice is judged; the segment as of pairs',
  },
  {
    name: METRIC_JUDGE_ABSTAINED,
    kind: 'counter',
    unit: '{pair}',
    attributes: { experiment: null, reason: null },
    help: 'Pairs and canaries that a judge was asked about in vain, by reason.',
    remark: '[reasons](judge.md#when-it-does-not-answer)',
  },
  {
    name: METRIC_CALL_TOKENS,
    kind: 'counter',
    unit: '{token}',
    attributes: { role: ['primary', 'shadow'], type: ['input', 'output', 'cached_input', 'reasoning'], ...ARM },
    help: 'Tokens of the calls of pairs, as their providers counted them.',
    remark: 'of the pairs of closed slices; a primary counts once for each of its arms',
  },
  {
    name: METRIC_CALL_COST,
    kind: 'counter',
    fractional: true,
    unit: '{USD}',
    attributes: { role: ['primary', 'shadow'], type: ['list', 'paid'], ...ARM },
    help: 'What the calls of pairs cost, where prices are known.',
    remark: 'of the same calls',
  },
  {
    name: METRIC_SCORE,
    kind: 'histogram',
    unit: '',
    attributes: { scorer: null, ...STREAM },
    help: "Scores of the evidence: how a candidate's answer agrees with the primary's.",
    remark: 'in [0, 1], buckets at 0, .1, ..., .9, .99; segments `_all` and the critical ones',
  },
  {
    name: METRIC_SCORE_MISSING,
    kind: 'counter',
    unit: '{pair}',
    attributes: { scorer: null, ...ARM, segment: [SEGMENT_ALL] },
    help: 'Pairs of the evidence that a scorer applies to and has no number for.',
    remark: 'of candidates; such as `embedding` while its endpoint is down',
  },
  {
    name: METRIC_EVALUATION_CALLS,
    kind: 'counter',
    unit: '{call}',
    attributes: {
      experiment: null,
      for: ['judge', 'embeddings'],
      outcome: ['answered', 'failed', 'refused', 'unpaid'],
    },
    help: 'Requests to judges and for embeddings, by what came of them.',
    remark:
      'HTTP requests, second forms, second tries, canaries and `rejudge` included; `failed`: perhaps charged for; `refused`: not; `unpaid`: not sent',
  },
  {
    name: METRIC_EVALUATION_COST,
    kind: 'counter',
    fractional: true,
    unit: '{USD}',
    attributes: { experiment: null, for: ['judge', 'embeddings'] },
    help: 'What these cost, or may have cost at the most, where there is a budget.',
  },
  {
    name: METRIC_JUDGE_CONSISTENCY,
    kind: 'gauge',
    unit: '',
    attributes: { judge: null, experiment: null },
    help: 'Share of the judged pairs of which both orders say the same.',
    remark: '[on trial](judge.md#on-trial); the judge by its hash',
  },
  {
    name: METRIC_JUDGE_POSITION_BIAS,
    kind: 'gauge',
    unit: '',
    attributes: { judge: null, experiment: null },
    help: 'Share of first places less share of second places, of all verdicts.',
  },
  {
    name: METRIC_JUDGE_FALSE_WINS,
    kind: 'gauge',
    unit: '',
    attributes: { judge: null, experiment: null },
    help: 'Share of the canaries with a broken answer of which it was preferred.',
  },
  {
    name: METRIC_JUDGE_AGREEMENT,
    kind: 'gauge',
    unit: '',
    attributes: { judge: null, experiment: null },
    help: "Cohen's kappa between the judge and people.",
  },
  {
    name: METRIC_VERDICT,
    kind: 'gauge',
    unit: '',
    attributes: { state: STATES, ...STREAM },
    help: 'The verdict: 1 for the state it is in, 0 for the others.',
    remark: 'segments `_all` and the critical ones, here and in the next three',
  },
  {
    name: METRIC_ESTIMATE,
    kind: 'gauge',
    unit: '',
    attributes: { metric: null, bound: ['point', 'lower', 'upper'], ...STREAM },
    help: "The candidate's level less the incumbent's, over the evidence, and how low and how high it may be if it stays the same.",
    remark:
      'failure rate, agreement, share of slow calls, of refusals, of valid answers, preference; of `cost` and `tokens` US dollars and tokens a call. ' +
      '[What the bounds hold for](#what-the-bounds-hold-for)',
  },
  {
    name: METRIC_MARGIN,
    kind: 'gauge',
    unit: '',
    attributes: { metric: null, ...STREAM },
    help: 'What the estimate is compared with: the most, or the least, that it may be.',
    remark: 'a bound of the estimate passes it when the gate is passed; harm takes more than that',
  },
  {
    name: METRIC_EVIDENCE,
    kind: 'gauge',
    unit: '',
    attributes: { metric: null, claim: ['safe', 'harm'], ...STREAM },
    help: 'The natural logarithm of the e-value of a claim.',
  },
  {
    name: METRIC_EVIDENCE_THRESHOLD,
    kind: 'gauge',
    unit: '',
    attributes: { claim: ['safe', 'harm'], ...ARM },
    help: 'The natural logarithm of the e-value at which one metric alone makes the claim.',
    remark: 'of harm more: it is divided among all metrics and segments of the run',
  },
  {
    name: METRIC_REASON,
    kind: 'gauge',
    unit: '',
    attributes: { reason: REASONS_OF_RUNS, ...ARM },
    help: 'Why the verdict is what it is: 1 for each reason that applies, 0 for the others.',
    remark: 'of `hold` every one, of the other states the one that is stated',
  },
  {
    name: METRIC_PAIRS_EVIDENCE,
    kind: 'gauge',
    unit: '',
    attributes: ARM,
    help: 'Pairs that the verdict rests on: of the current run, in closed slices, one of a conversation.',
  },
  {
    name: METRIC_PAIRS_REMAINING,
    kind: 'gauge',
    unit: '',
    attributes: ARM,
    help: 'Pairs still needed at the most; absent where no number can be given.',
  },
  {
    name: METRIC_TIME_REMAINING,
    kind: 'gauge',
    unit: 's',
    attributes: ARM,
    help: 'How long these take at the rate so far, at the most; absent where no number can be given.',
  },
  {
    name: METRIC_WINDOW_REMAINING,
    kind: 'gauge',
    unit: 's',
    attributes: { experiment: null },
    help: 'Until the window of the experiment closes; absent without one.',
    remark: '0 once it is closed',
  },
  {
    name: METRIC_COVERAGE,
    kind: 'gauge',
    unit: '',
    attributes: ARM,
    help: 'Share of the sampled and recorded calls that were admitted.',
  },
  {
    name: METRIC_BUDGET_SPENT,
    kind: 'gauge',
    unit: '{USD}',
    attributes: { experiment: null },
    help: 'What shadows and judgements have cost.',
    remark: 'of experiments with a [budget](budget.md)',
  },
  {
    name: METRIC_BUDGET_LIMIT,
    kind: 'gauge',
    unit: '{USD}',
    attributes: { experiment: null },
    help: 'What they may cost together.',
  },
  {
    name: METRIC_BUDGET_USED_UP,
    kind: 'gauge',
    unit: '',
    attributes: { experiment: null },
    help: '1 where what is left pays for no further call, else 0.',
    remark: 'a little may be left: less than the smallest call, or a thousandth',
  },
  {
    name: METRIC_QUEUE_WAITING,
    kind: 'gauge',
    unit: '{job}',
    attributes: { queue: ['pairs', 'judge'] },
    help: 'Batches of pairs that are not stored yet, and pairs that are not judged yet.',
    remark: 'of `judge` where an experiment has one',
  },
  {
    name: METRIC_QUEUE_AGE,
    kind: 'gauge',
    unit: 's',
    attributes: { queue: ['pairs', 'judge'] },
    help: 'How long the oldest of them has waited.',
    remark: 'goes on growing while the queue is out of reach; 0 where nothing waits',
  },
];

const BY_NAME: ReadonlyMap<string, MetricDescription> = new Map(METRICS.map((one) => [one.name, one]));

/** @throws RangeError for a metric that nobody has described: it would be in no table. */
export function descriptionOf(name: string): MetricDescription {
  const found = BY_NAME.get(name);
  if (found === undefined) throw new RangeError(`expected a metric with a description, got ${name}`);
  return found;
}
