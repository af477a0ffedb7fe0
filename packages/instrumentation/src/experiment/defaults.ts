import type { Experiment } from './definition.js';
import type {
  AgreementGate,
  Gates,
  LatencyGate,
  RateGate,
  ShapeGate,
  SpendingGate,
  ValidityGate,
  WinRateGate,
} from './gates.js';
import type { EmbeddingsSettings } from './embeddings.js';
import type { JudgeSettings } from './judging.js';

/** Every default of the configuration. What is not here is required. */
export const DEFAULTS: {
  readonly queueUrl: string;
  readonly retention: { readonly days: number };
  readonly experiment: Omit<Experiment, 'name' | 'candidates' | 'piMin' | 'slice' | 'policy'>;
  readonly budget: { readonly maxOutputTokens: number; readonly pace: boolean };
  /** Of a `judge`. */
  readonly judge: Omit<JudgeSettings, 'kind' | 'models' | 'piMin'>;
  /** Of `embeddings`. */
  readonly embeddings: Omit<EmbeddingsSettings, 'model'>;
  readonly target: { readonly afterwards: 'slow' | 'stop'; readonly rate: number };
  readonly sliceLengthMs: number;
  /** Added to the shadow's timeout: the time a trial may take from its last leg to the ledger. */
  readonly sliceDeadlineAfterShadowMs: number;
  readonly policy: { readonly alpha: number; readonly minPairs: number; readonly minCoverage: number };
  readonly gates: {
    readonly errors: RateGate;
    readonly timeouts: RateGate;
    readonly refusals: RateGate;
    readonly validity: ValidityGate;
    readonly shape: ShapeGate;
    readonly agreement: AgreementGate;
    readonly similarity: AgreementGate;
    readonly latency: LatencyGate;
    /** Of `cost` and `tokens`. The most one call may take cannot be guessed. */
    readonly spending: Pick<SpendingGate, 'ratio'>;
    readonly win_rate: WinRateGate;
  };
} = {
  queueUrl: 'embedded:./.understudy',
  retention: { days: 30 },
  experiment: {
    enabled: true,
    match: { operation: '*', model: '*' },
    noise: { rate: 0.1 },
    sample: { rate: 0.1, by: 'trace', key: null, rules: [], oncePerCluster: false, perSecond: null },
    window: null,
    budget: null,
    judge: null,
    embeddings: null,
    target: null,
    governor: { pauseMs: 60_000, headroom: 0.3, eventLoopMs: 100, eventLoopShare: 0.3, heapShare: 0.85 },
    control: { offAfterMs: 600_000 },
    segments: { attribute: null, max: 20, critical: [], version: null },
    cluster: { attribute: 'gen_ai.conversation.id', version: null },
    content: 'redacted',
    redaction: { version: null },
    subject: { attribute: null },
    shadow: {
      timeoutMs: 60_000,
      maxBytes: 1024 * 1024,
      concurrency: 64,
      requireRecording: true,
      topology: 'linked',
    },
  },
  budget: { maxOutputTokens: 4096, pace: true },
  judge: {
    rubric: 'helpfulness',
    version: null,
    mode: 'reasoned',
    maxTokens: 1024,
    rate: 1,
    strata: [],
    force: false,
    canaries: { count: 200, rate: 0.01 },
    labels: { rate: 0.1, deadlineMs: 3 * 86_400_000 },
    deadlineMs: 3_600_000,
    concurrency: 4,
    perMinute: null,
    usdPerHour: null,
    timeoutMs: 60_000,
  },
  embeddings: {
    baseUrl: 'https://api.openai.com/v1',
    apiKey: null,
    dimensions: null,
    batchSize: 32,
    concurrency: 2,
    timeoutMs: 10_000,
    deadlineMs: 20_000,
  },
  target: { afterwards: 'slow', rate: 0.01 },
  sliceLengthMs: 60_000,
  sliceDeadlineAfterShadowMs: 90_000,
  policy: { alpha: 0.05, minPairs: 1000, minCoverage: 0.9 },
  gates: {
    errors: { margin: 0.01 },
    timeouts: { margin: 0.01 },
    refusals: { margin: 0.01 },
    validity: { margin: 0.02 },
    shape: { margin: 0.05, insensitiveBelow: 0.3 },
    agreement: { scorer: 'exact', margin: 0.05, insensitiveBelow: 0.3 },
    similarity: { scorer: 'lexical', margin: 0.05, insensitiveBelow: 0.3 },
    latency: { ratio: 1.2 },
    spending: { ratio: 1.2 },
    win_rate: { margin: 0.05 },
  },
};

/** The gates of a policy that names none. */
export function defaultGates(): Gates {
  const { errors, similarity, latency } = DEFAULTS.gates;
  return { errors, similarity, latency_p95: latency };
}
