import type { Misconfiguration } from '../../packages/instrumentation/src/trial/misconfigurations.js';

/** What can be planted, in the order of the issue. */
export type Fault =
  | 'wrong key'
  | 'wrong model'
  | 'wrong queue'
  | 'blocked egress'
  | 'rate 0'
  | 'SDK before us'
  | 'two APIs'
  | 'no exporter'
  | 'Redis evicts'
  | 'clock skew'
  | 'unknown price'
  | 'window over';

/** Where people see one fault. */
export interface Shown {
  /** Counted as `understudy.misconfigured`, in the process that tells. */
  readonly cause: Misconfiguration;
  /** What the evaluator counts of it, where that is another one. */
  readonly inLedger?: Misconfiguration;
  /** It concerns a process as a whole, and no experiment. */
  readonly ofProcess?: true;
  /** The reason of `understudy.dropped` that grows with it; null: no call is lost by it. */
  readonly dropped: string | null;
  /** The one line in the service's log; null: the evaluator has it. */
  readonly service: RegExp | null;
  /** The one line in the evaluator's log, of the experiment `NAME`; null: the service has it. */
  readonly evaluator: string | null;
  /** A finding of `understudy doctor`, run where the service runs: its check, and what its text must say. */
  readonly doctor: { readonly check: RegExp; readonly says: RegExp; readonly fix: RegExp };
  /** What of it hides this one in operation: that fault is told, and this one after it is mended. */
  readonly hiddenBy: readonly Fault[];
  /** What hides it from `doctor` as well. */
  readonly hiddenFromDoctorBy?: readonly Fault[];
}

/** A call that is not seen, not compared, or not sent, tells nothing of what would have become of its shadow. */
const UNSEEN: readonly Fault[] = ['SDK before us'];
const OFF: readonly Fault[] = [...UNSEEN, 'rate 0', 'window over'];
const UNSENT: readonly Fault[] = [...OFF, 'two APIs', 'no exporter', 'unknown price'];

export const FAULTS: Readonly<Record<Fault, Shown>> = {
  'wrong key': {
    cause: 'candidate_key',
    dropped: null,
    service:
      /understudy: candidate c of \S+: HTTP 401 from .*, with the key in the environment variable CANDIDATE_KEY\. Fix: put the right key/,
    evaluator: null,
    doctor: {
      check: /^candidate c of /,
      says: /HTTP 401, with the key in the environment variable CANDIDATE_KEY/,
      fix: /key is not the right one/,
    },
    hiddenBy: [...UNSENT, 'blocked egress'],
    hiddenFromDoctorBy: ['blocked egress'],
  },
  'wrong model': {
    cause: 'candidate_model',
    dropped: null,
    service:
      /understudy: candidate c of \S+: HTTP 404 from .* for the model "misspelt"\. Fix: look at `candidate\.model`/,
    evaluator: null,
    doctor: { check: /^candidate c of /, says: /misspelt: HTTP 404/, fix: /name of the model/ },
    hiddenBy: [...UNSENT, 'blocked egress', 'wrong key'],
    hiddenFromDoctorBy: ['blocked egress', 'wrong key'],
  },
  'wrong queue': {
    cause: 'no_evaluator',
    inLedger: 'no_service',
    dropped: null,
    service:
      /understudy: nobody takes what is put on the queue at redis:\S+: \d+ batches wait there\. Fix: start `understudy run` with this very queue/,
    evaluator:
      'set up wrong: no service announces NAME on the queue that this evaluator reads. Fix: start the service with the tap',
    doctor: { check: /^both sides of the queue$/, says: /1 service and no evaluator/, fix: /queue\.url/ },
    hiddenBy: [],
  },
  'blocked egress': {
    cause: 'candidate_unreachable',
    dropped: null,
    service: /understudy: candidate c of \S+: ECONNREFUSED from .*\. Fix: look at `candidate\.baseUrl`, .*egress/,
    evaluator: null,
    doctor: { check: /^candidate c of /, says: /ECONNREFUSED/, fix: /egress/ },
    hiddenBy: UNSENT,
  },
  'rate 0': {
    cause: 'rate_zero',
    dropped: 'disabled',
    service: /understudy: \S+ has a rate of 0: no call is compared\. Fix: set `sample\.rate`/,
    evaluator: null,
    doctor: { check: /^experiment /, says: /sample\.rate is 0/, fix: /above 0/ },
    hiddenBy: UNSEEN,
  },
  'SDK before us': {
    cause: 'untapped',
    dropped: 'untapped',
    service: /understudy: a call to \S+ went past the tap: its client was made before\. Start with `node --import/,
    evaluator: null,
    doctor: {
      check: /^order of loading$/,
      says: /imports openai before/,
      fix: /--import @understudy\/instrumentation\/register/,
    },
    hiddenBy: [],
  },
  'two APIs': {
    cause: 'two_apis',
    ofProcess: true,
    dropped: null,
    service:
      /understudy: the SDK of OpenTelemetry was registered with @opentelemetry\/api 1\.9\.1, which .* cannot read.*Fix: `npm ls @opentelemetry\/api`/,
    evaluator: null,
    doctor: { check: /^@opentelemetry\/api$/, says: /1\.10\.0, 1\.9\.1 in agent/, fix: /npm dedupe/ },
    hiddenBy: [],
  },
  'no exporter': {
    cause: 'not_recorded',
    dropped: null,
    service:
      /understudy: no call of \S+ is compared, since there is no SDK of OpenTelemetry that records its span\. Fix: start one/,
    evaluator: null,
    doctor: { check: /^exporter of traces$/, says: /none/, fix: /OTEL_EXPORTER_OTLP_ENDPOINT/ },
    hiddenBy: [...OFF, 'two APIs'],
  },
  'Redis evicts': {
    cause: 'redis_evicts',
    ofProcess: true,
    dropped: null,
    service: /understudy: the queue's Redis has maxmemory-policy allkeys-lru: .*Fix: maxmemory-policy noeviction/,
    evaluator:
      "set up wrong: the queue's Redis has maxmemory-policy allkeys-lru: pairs that wait there may vanish. Fix: maxmemory-policy noeviction",
    doctor: { check: /^redis eviction$/, says: /allkeys-lru/, fix: /noeviction/ },
    hiddenBy: [],
  },
  'clock skew': {
    cause: 'clock_skew',
    ofProcess: true,
    dropped: null,
    service: null,
    evaluator: "s ahead of the evaluator's. Fix: synchronise the clocks",
    doctor: { check: /^clock against the queue$/, says: /30\d\.\d s apart/, fix: /NTP/ },
    hiddenBy: ['wrong queue'],
  },
  'unknown price': {
    cause: 'unpriced',
    dropped: 'unpriced',
    service:
      /understudy: c of \S+ has a budget, and no price is known for "(?:house-model|misspelt)", so it is not shadowed; add to `budget\.prices`/,
    evaluator: null,
    doctor: { check: /^prices of /, says: /unknown of (?:house-model|misspelt)/, fix: /prices: \{ MODEL/ },
    hiddenBy: [...OFF, 'two APIs', 'no exporter'],
  },
  'window over': {
    cause: 'window_over',
    dropped: 'disabled',
    service:
      /understudy: the window of \S+ ended 2026-01-02T00:00:00Z: no call is compared\. Fix: set `window\.until` later/,
    evaluator: null,
    doctor: { check: /^experiment /, says: /window ended 2026-01-02T00:00:00Z/, fix: /window\.until/ },
    hiddenBy: [...UNSEEN, 'rate 0'],
  },
};

/** Of several faults, those that people can see in operation. */
export function visible(planted: readonly Fault[]): readonly Fault[] {
  return planted.filter((fault) => !FAULTS[fault].hiddenBy.some((other) => planted.includes(other)));
}

/** Of several faults, those that `doctor` names. */
export function diagnosed(planted: readonly Fault[]): readonly Fault[] {
  return planted.filter((fault) => !(FAULTS[fault].hiddenFromDoctorBy ?? []).some((other) => planted.includes(other)));
}

/** Sets of three, from a seed: each fault is in one, and in at least two sets one hides another. */
export function combinations(seed: number): readonly (readonly Fault[])[] {
  let state = seed;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (;;) {
    const left = Object.keys(FAULTS) as Fault[];
    const sets: Fault[][] = [];
    while (left.length > 0) sets.push([0, 1, 2].flatMap(() => left.splice(next(left.length), 1)));
    if (sets.filter((set) => visible(set).length < set.length).length >= 2) return sets;
  }
}
