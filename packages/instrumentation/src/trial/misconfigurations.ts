/** Whose process can tell, and says so in its log. */
type SeenBy = 'service' | 'evaluator';

/** What a misconfiguration is and what ends it: one text for the log line, `doctor` and the docs. */
export interface Cause {
  readonly seenBy: SeenBy;
  readonly meaning: string;
  readonly fix: string;
}

export type Misconfiguration =
  | 'candidate_key'
  | 'candidate_model'
  | 'candidate_request'
  | 'candidate_unreachable'
  | 'unpriced'
  | 'rate_zero'
  | 'window_over'
  | 'untapped'
  | 'two_apis'
  | 'not_recorded'
  | 'redis_evicts'
  | 'no_evaluator'
  | 'no_service'
  | 'no_exporter'
  | 'clock_skew';

/**
 * What can be set up so that nothing, or something else than was meant, is compared.
 *
 * Each is counted as `understudy.misconfigured` under its name, said once in a process's log, and named by `understudy doctor`.
 */
export const MISCONFIGURATIONS: Readonly<Record<Misconfiguration, Cause>> = {
  candidate_key: {
    seenBy: 'service',
    meaning: 'a candidate refuses its key',
    fix: "put the right key where `candidate.apiKey` names it, in the service's environment, and see that it may use the model",
  },
  candidate_model: {
    seenBy: 'service',
    meaning: 'a candidate knows no such model, or nothing is at its address',
    fix: 'look at `candidate.model`, and at `candidate.baseUrl` with its path, such as /v1',
  },
  candidate_request: {
    seenBy: 'service',
    meaning: 'a candidate refuses one request after the other (ten in a row)',
    fix: 'look at `candidate.model`, `candidate.parameters` and `candidate.dialect`; what it cannot take, leave out with `candidate.omit`',
  },
  candidate_unreachable: {
    seenBy: 'service',
    meaning: 'a candidate cannot be reached from the service (three calls in a row)',
    fix: "look at `candidate.baseUrl`, and let the service's machine reach it (egress, DNS, proxy, certificates)",
  },
  unpriced: {
    seenBy: 'service',
    meaning: 'there is a budget, and no price is known for a model',
    fix: 'add it to `budget.prices`, in USD a million tokens: MODEL: { input: ..., output: ... }',
  },
  rate_zero: {
    seenBy: 'service',
    meaning: 'the rate of sampling is 0: no call is compared',
    fix: 'set `sample.rate` or UNDERSTUDY_SAMPLE_RATE above 0, or `understudy control --rate`',
  },
  window_over: {
    seenBy: 'service',
    meaning: 'the window of an experiment is over: no call is compared any more',
    fix: 'set `window.until` later, or `understudy control --until`; or take the experiment out',
  },
  untapped: {
    seenBy: 'service',
    meaning: 'a client was made before the tap: its calls are not seen',
    fix: 'start with `node --import @understudy/instrumentation/register`, or hand the client `understudy.fetch` or `understudy.dispatcher(dispatcher)`',
  },
  two_apis: {
    seenBy: 'service',
    meaning: 'the SDK of OpenTelemetry was registered with another copy of @opentelemetry/api, which ours cannot read',
    fix: '`npm ls @opentelemetry/api`, then `npm dedupe`, or upgrade what brings the older copy, so that there is one',
  },
  not_recorded: {
    seenBy: 'service',
    meaning: 'no SDK of OpenTelemetry records spans: no call is compared',
    fix: 'start one before the service with an exporter (OTEL_TRACES_EXPORTER must not be none; `understudy init` writes its file), or set `shadow: { requireRecording: false }`',
  },
  redis_evicts: {
    seenBy: 'service',
    meaning: "the queue's Redis evicts keys when it is full: pairs may vanish",
    fix: 'maxmemory-policy noeviction (CONFIG SET, and in redis.conf); a cache that wants another policy needs a Redis of its own',
  },
  no_evaluator: {
    seenBy: 'service',
    meaning: 'nobody takes what the service puts on the queue',
    fix: 'start `understudy run` with this very queue: the same `queue.url` or UNDERSTUDY_QUEUE_URL, database number included',
  },
  no_service: {
    seenBy: 'evaluator',
    meaning: 'no service has announced a configured experiment on this queue',
    fix: 'start the service with the tap, with this file and this very queue: the same `queue.url` or UNDERSTUDY_QUEUE_URL, database number included',
  },
  no_exporter: {
    seenBy: 'evaluator',
    meaning: 'nothing is exported: nobody sees the pairs',
    fix: 'set OTEL_EXPORTER_OTLP_ENDPOINT, such as http://localhost:4318, where `understudy run` runs',
  },
  clock_skew: {
    seenBy: 'evaluator',
    meaning: "a service's clock is not the evaluator's: its calls are put into the wrong slices of time",
    fix: 'synchronise the clocks (NTP) of the services, the evaluator and the stores',
  },
};

/** How often something was seen since it was last said; `experiment` null: it concerns the process as a whole. */
export interface Misconfigured {
  readonly cause: string;
  readonly experiment: string | null;
  readonly count: number;
  /** What was seen, in a few words; nothing secret. */
  readonly found: string;
}
