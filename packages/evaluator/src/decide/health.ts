import { rateSequence } from '../stats/rate-sequence.js';
import { count } from './describe.js';
import type { Policy } from './policy.js';
import type { Hold } from './verdict.js';

/** What the ledger knows about the soundness of the evidence. A number that is not known is null, never 0. */
export interface Health {
  /** Sampled calls that were admitted, and those refused for a reason of coverage: all, and by reason where that is known. */
  readonly coverage: {
    readonly admitted: number;
    readonly skipped: number;
    readonly reasons?: Readonly<Record<string, number>>;
    /** Of the traffic these calls stand for; without it, of the calls. */
    readonly share?: number;
  } | null;
  /** Legs of slices past their deadline: admitted, and of these not stored. */
  readonly losses: { readonly admitted: number; readonly lost: number } | null;
  /** Primaries of stored pairs: all, those that failed, those the user aborted. */
  readonly primaries: { readonly calls: number; readonly failed: number; readonly aborted: number } | null;
  /** Why the numbers are not current (a silent producer, an unreachable queue, an unreadable batch); null: they are. */
  readonly stale: string | null;
  /** The window or the budget is over: no more evidence will come. */
  readonly expired: boolean;
  /** The policy was registered after the first pair. */
  readonly exploratory: boolean;
  /** Why a guard has put the candidate into quarantine; null: it has not. */
  readonly quarantine: string | null;
}

const MOST_LOST = 0.005;
const MOST_ABORTED = 0.05;
/** An incumbent that fails more often than this is nothing to be measured against. */
export const MOST_FAILED = 0.5;

/** The reasons to hold that lie in the sample and not in the evidence, the gravest first. Unknown counts as unsound. */
export function unsound(policy: Policy, health: Health): readonly Hold[] {
  return [
    exploratory(health),
    stale(health),
    lossy(health),
    coverage(policy, health),
    primaries(health),
    quarantined(health),
  ].flatMap((hold) => hold ?? []);
}

function exploratory(health: Health): Hold | null {
  if (!health.exploratory) return null;
  return {
    reason: 'exploratory',
    sentence: 'the policy was registered after the first pair, so nothing it says is a test',
  };
}

function stale(health: Health): Hold | null {
  return health.stale === null ? null : { reason: 'stale', sentence: `the numbers are not current: ${health.stale}` };
}

/** Losses of our own are not outcomes of the candidate: .5 % is more than an honest comparison may lack. */
function lossy({ losses }: Health): Hold | null {
  if (losses === null || !isCount(losses.admitted) || !isCount(losses.lost)) {
    return { reason: 'lossy', sentence: 'it is not known how many admitted legs were lost' };
  }
  const lost = Math.min(losses.lost, losses.admitted);
  const [low] = rateSequence(lost, losses.admitted, { tOpt: 1000 });
  if (low <= MOST_LOST) return null;
  return { reason: 'lossy', sentence: `${lost} of ${losses.admitted} admitted legs were lost (at most 0.5 % may be)` };
}

function coverage(policy: Policy, health: Health): Hold | null {
  const known = health.coverage;
  const total = known === null ? 0 : known.admitted + known.skipped;
  if (known === null || !isCount(known.admitted) || !isCount(known.skipped) || total === 0) {
    return {
      reason: 'coverage',
      sentence:
        'no call was sampled yet: does the service run with the tap before its client is made, and does `match` fit its calls?',
    };
  }
  const covered = known.share ?? known.admitted / total;
  if (covered >= policy.minCoverage) return null;
  const share = percent(covered);
  return {
    reason: 'coverage',
    sentence: `only ${share} of the sampled calls were admitted (at least ${percent(policy.minCoverage)} must be)${commonest(known.reasons)}`,
  };
}

/** The reason most were refused for, and what can be done where it is a setting. */
function commonest(reasons: Readonly<Record<string, number>> = {}): string {
  const [first] = Object.entries(reasons).toSorted(([, a], [, b]) => b - a);
  if (first === undefined) return '';
  const [reason, calls] = first;
  const remedy = REMEDIES[reason];
  return `: ${count(calls)} were ${reason}${remedy === undefined ? '' : `, ${remedy}`}`;
}

const REMEDIES: Readonly<Record<string, string>> = {
  not_announced:
    'made before the queue had acknowledged the run: start the queue (an embedded one: `understudy run`) before the service',
  untranslatable:
    'with something the candidate has no equal for: the service says what (OTEL_LOG_LEVEL=warn); declare it in `omit`, or narrow `match`',
  disallowed_feature:
    'with an effect at the provider, or a field nobody knows: the service says which (OTEL_LOG_LEVEL=warn); narrow `match`',
  not_recording:
    'without a recorded span: set up an OpenTelemetry SDK that records them, or `shadow: { requireRecording: false }`',
  below_pi_min: 'left out by a sampling rule, or below `piMin`: what should not be compared belongs into `match`',
  backlog_full: 'made while the queue held as much as it may: the evaluator is stopped or behind (`understudy status`)',
  paused_busy:
    'made while the service had no time to spare for their shadows: lower `sample.rate`, or allow more by `governor.eventLoopShare`',
  concurrency_cap: 'made with `shadow.concurrency` shadows in flight: raise it, or lower `sample.rate`',
};

function primaries(health: Health): Hold | null {
  const known = health.primaries;
  if (known === null || ![known.calls, known.failed, known.aborted].every(isCount)) {
    return { reason: 'coverage', sentence: 'it is not known what became of the primary calls' };
  }
  if (known.aborted > MOST_ABORTED * known.calls) {
    const share = percent(known.aborted / known.calls);
    return { reason: 'coverage', sentence: `users aborted ${share} of the primary calls (at most 5 % may be)` };
  }
  if (known.failed > MOST_FAILED * known.calls) {
    const share = percent(known.failed / known.calls);
    return {
      reason: 'inconclusive',
      sentence: `the incumbent itself failed in ${share} of the calls: it is no standard to be measured against`,
    };
  }
  return null;
}

function quarantined({ quarantine }: Health): Hold | null {
  if (quarantine === null) return null;
  return {
    reason: 'quarantined',
    sentence: `the candidate gives ${QUARANTINES[quarantine] ?? 'suspicious answers'}, whatever it is asked, and the incumbent does not: nothing a judge says of it counts`,
  };
}

const QUARANTINES: Readonly<Record<string, string>> = {
  constant: 'the same few answers',
  near_constant: 'nearly the same answer',
};

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
