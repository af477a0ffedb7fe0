import {
  ATTR_ERROR_TYPE,
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_GEN_AI_RESPONSE_MODEL,
  ATTR_GEN_AI_TOKEN_TYPE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  METRIC_CALL_DURATION,
  METRIC_CALL_FIRST_CHUNK,
  METRIC_DROPPED,
  METRIC_FAILURES,
  METRIC_FUNNEL,
  METRIC_GEN_AI_CLIENT_INFERENCE_CACHE_READ_TOKENS,
  METRIC_GEN_AI_CLIENT_INFERENCE_CACHE_WRITE_TOKENS,
  METRIC_GEN_AI_CLIENT_INFERENCE_DURATION,
  METRIC_GEN_AI_CLIENT_INFERENCE_INPUT_TOKENS,
  METRIC_GEN_AI_CLIENT_INFERENCE_OUTPUT_TOKENS,
  METRIC_GEN_AI_CLIENT_INFERENCE_REASONING_TOKENS,
  METRIC_GEN_AI_CLIENT_OPERATION_DURATION,
  METRIC_GEN_AI_CLIENT_TOKEN_USAGE,
  METRIC_MISCONFIGURED,
  METRIC_MISCONFIGURED_LAST_SEEN,
  METRIC_PAUSED,
  METRIC_PAUSES,
  METRIC_PUBLISH_BUFFERED,
  METRIC_PUBLISH_DURATION,
  METRIC_SAME_TRACE,
} from './semconv.js';
import { DROP_REASONS, type Stage, STAGES } from './trial/funnel.js';
import { MISCONFIGURATIONS } from './trial/misconfigurations.js';

/** What is known of a metric before it has a number: what people read, and what its instrument is made with. */
export interface MetricDescription {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** Empty, in braces, or `s` where the name says so: nothing a backend would turn into a suffix. The conventions' own have theirs. */
  readonly unit: string;
  /** Of each attribute the values it may have; null: names of the configuration, or of a provider's. */
  readonly attributes: Readonly<Record<string, readonly string[] | null>>;
  readonly help: string;
  /** For people only: when it is there, what is counted. */
  readonly remark?: string;
}

/** The stages a service can see; the evaluator counts those from `stored` on, out of the ledger. */
export const OWN_STAGES: readonly Stage[] = STAGES.slice(0, STAGES.indexOf('stored'));

/** Why shadows pause. */
export const PAUSE_REASONS: readonly string[] = Object.keys(DROP_REASONS).filter((one) => one.startsWith('paused_'));

const ARM = { experiment: null, arm: null } as const;
const CALL = {
  role: ['primary', 'shadow'],
  outcome: ['ok', 'error'],
  ...ARM,
  segment: null,
} as const;
const CLIENT = {
  [ATTR_GEN_AI_OPERATION_NAME]: null,
  [ATTR_GEN_AI_PROVIDER_NAME]: null,
  [ATTR_GEN_AI_REQUEST_MODEL]: null,
  [ATTR_GEN_AI_RESPONSE_MODEL]: null,
  [ATTR_SERVER_ADDRESS]: null,
  [ATTR_SERVER_PORT]: null,
} as const;
const BOUNDED =
  'primaries only; of many combinations the later ones have the address, the error and the models `_OTHER`, those of the configuration least';
const RENAMED = 'with `OTEL_SEMCONV_STABILITY_OPT_IN=gen_ai_latest_experimental`, of inferences';

/** Every metric of a service. */
export const METRICS: readonly MetricDescription[] = [
  {
    name: METRIC_GEN_AI_CLIENT_OPERATION_DURATION,
    kind: 'histogram',
    unit: 's',
    attributes: { ...CLIENT, [ATTR_ERROR_TYPE]: null },
    help: 'GenAI operation duration.',
    remark: BOUNDED,
  },
  {
    name: METRIC_GEN_AI_CLIENT_TOKEN_USAGE,
    kind: 'histogram',
    unit: '{token}',
    attributes: { ...CLIENT, [ATTR_GEN_AI_TOKEN_TYPE]: ['input', 'output'] },
    help: 'Number of input and output tokens used.',
    remark: 'as above',
  },
  {
    name: METRIC_GEN_AI_CLIENT_INFERENCE_DURATION,
    kind: 'histogram',
    unit: 's',
    attributes: { ...CLIENT, [ATTR_ERROR_TYPE]: null },
    help: 'GenAI client inference duration.',
    remark: `${RENAMED}, instead of the two above`,
  },
  inference(METRIC_GEN_AI_CLIENT_INFERENCE_INPUT_TOKENS, 'Input tokens used.'),
  inference(METRIC_GEN_AI_CLIENT_INFERENCE_OUTPUT_TOKENS, 'Output tokens used.'),
  inference(METRIC_GEN_AI_CLIENT_INFERENCE_CACHE_READ_TOKENS, 'Input tokens read from a cache.'),
  inference(METRIC_GEN_AI_CLIENT_INFERENCE_CACHE_WRITE_TOKENS, 'Input tokens written to a cache.'),
  inference(METRIC_GEN_AI_CLIENT_INFERENCE_REASONING_TOKENS, 'Output tokens used for reasoning.'),
  {
    name: METRIC_FUNNEL,
    kind: 'counter',
    unit: '{call}',
    attributes: { stage: OWN_STAGES, ...ARM },
    help: 'Calls that reached a stage of the funnel.',
    remark: 'the stages from `stored` on are from the ledger',
  },
  {
    name: METRIC_DROPPED,
    kind: 'counter',
    unit: '{call}',
    attributes: { reason: Object.keys(DROP_REASONS), ...ARM },
    help: 'Calls that left the funnel, by reason.',
    remark: 'what each means stands with it below',
  },
  {
    name: METRIC_SAME_TRACE,
    kind: 'counter',
    unit: '{span}',
    attributes: ARM,
    help: "Spans of shadows put into the primary's trace, since a trace of their own would not have been recorded.",
    remark: 'see `followLinks`',
  },
  {
    name: METRIC_PAUSES,
    kind: 'counter',
    unit: '{pause}',
    attributes: { reason: PAUSE_REASONS, experiment: null },
    help: 'Pauses of shadowing, by reason.',
    remark: '[governor](governor.md)',
  },
  {
    name: METRIC_PAUSED,
    kind: 'gauge',
    unit: '',
    attributes: { reason: PAUSE_REASONS, experiment: null },
    help: '1 while shadows pause for the reason.',
  },
  {
    name: METRIC_FAILURES,
    kind: 'counter',
    unit: '{failure}',
    attributes: { operation: null },
    help: 'Failures of Understudy itself, by what it was doing. The service is not affected by them.',
    remark: 'operations are words of the code',
  },
  {
    name: METRIC_MISCONFIGURED,
    kind: 'counter',
    unit: '{occurrence}',
    attributes: { cause: Object.keys(MISCONFIGURATIONS), experiment: null },
    help: 'How often something was seen to be set up wrong, by cause.',
    remark: '[causes](doctor.md)',
  },
  {
    name: METRIC_MISCONFIGURED_LAST_SEEN,
    kind: 'gauge',
    unit: 's',
    attributes: { cause: Object.keys(MISCONFIGURATIONS), experiment: null },
    help: 'When it was seen last, in seconds since 1970.',
    remark: 'it does not change any more once that is put right',
  },
  {
    name: METRIC_CALL_DURATION,
    kind: 'histogram',
    unit: 's',
    attributes: CALL,
    help: 'Duration of the calls of admitted trials, both roles.',
    remark: 'the segment is a critical one, `_none` or `_other`; a primary has no arm',
  },
  {
    name: METRIC_CALL_FIRST_CHUNK,
    kind: 'histogram',
    unit: 's',
    attributes: CALL,
    help: 'Time to the first chunk of a streamed answer, both roles.',
    remark: 'as above',
  },
  {
    name: METRIC_PUBLISH_BUFFERED,
    kind: 'gauge',
    unit: '{trial}',
    attributes: {},
    help: 'Trials in memory that wait to be published.',
  },
  {
    name: METRIC_PUBLISH_DURATION,
    kind: 'histogram',
    unit: 's',
    attributes: { outcome: ['ok', 'error'] },
    help: 'How long it took to put a batch on the queue, or to fail at it.',
  },
];

function inference(name: string, help: string): MetricDescription {
  return { name, kind: 'counter', unit: '{token}', attributes: CLIENT, help, remark: RENAMED };
}

const BY_NAME: ReadonlyMap<string, MetricDescription> = new Map(METRICS.map((one) => [one.name, one]));

/** What an instrument is made with. Empty for a metric that nobody has described. */
export function instrumentOptions(name: string): { readonly description: string; readonly unit: string } {
  const found = BY_NAME.get(name);
  return { description: found?.help ?? '', unit: found?.unit ?? '' };
}
