import type { ProducerDraws } from '../ledger/snapshot.js';
import { type HourHealth, nameOfHour, nameOfSegment, type SegmentHealth } from './coverage-classes.js';
import { commonest, percent, uncoveredClass } from './coverage-hold.js';
import { count } from './describe.js';
import { lossy, type Losses, lossySegment } from './losses.js';
import type { PrimaryDrift } from '../tally/primary-drift.js';
import { dateOf } from '../tally/day.js';
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
  readonly losses: Losses | null;
  /** Of a replay: lines that cannot be read, which is why `losses` is null. */
  readonly unreadable?: number;
  /** The same by segment, and by hour of the day; empty where that is not known. */
  readonly segments: readonly SegmentHealth[];
  readonly hours: readonly HourHealth[];
  /** What producers drew; empty where they count none. */
  readonly draws: readonly ProducerDraws[];
  /** Where the incumbent's own answers have changed; null: they have not, or nobody can tell. */
  readonly drift: PrimaryDrift | null;
  /** Primaries of stored pairs: all, those that failed, those the user aborted. */
  readonly primaries: { readonly calls: number; readonly failed: number; readonly aborted: number } | null;
  /** Why the numbers are not current (a silent producer, an unreachable queue, an unreadable batch); null: they are. */
  readonly stale: string | null;
  /** Why no call is sampled now, in words and with what ends it. Absent: none is known. */
  readonly idle?: string;
  /** The window or the budget is over: no more evidence will come. */
  readonly expired: boolean;
  /** The policy was registered after the first pair. */
  readonly exploratory: boolean;
  /** Why a guard has put the candidate into quarantine; null: it has not. */
  readonly quarantine: string | null;
}

const MOST_ABORTED = 0.05;
/** An incumbent that fails more often than this is nothing to be measured against. */
export const MOST_FAILED = 0.5;

/** The reasons to hold that lie in the sample and not in the evidence, the gravest first. Unknown counts as unsound. */
export function unsound(policy: Policy, health: Health): readonly Hold[] {
  return [
    exploratory(health),
    stale(health),
    lossy(health.losses, health.unreadable) ?? lossySegment(health.segments),
    coverage(policy, health) ?? segmentCoverage(policy, health) ?? hourCoverage(policy, health),
    primaries(health),
    drifted(health),
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

function coverage(policy: Policy, health: Health): Hold | null {
  const known = health.coverage;
  const total = known === null ? 0 : known.admitted + known.skipped;
  if (known === null || !isCount(known.admitted) || !isCount(known.skipped) || total === 0) {
    return {
      reason: 'coverage',
      sentence:
        health.idle === undefined
          ? 'no call was sampled yet: look whether the service makes its client after the tap, and whether `match` fits its calls'
          : `no call was sampled: ${health.idle}`,
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

/** A single segment is the whole. */
function segmentCoverage(policy: Policy, { segments }: Health): Hold | null {
  const classes = segments.flatMap(({ segment, coverage: known, critical }) =>
    known === null ? [] : [{ name: nameOfSegment(segment), coverage: known, critical }],
  );
  return classes.length < 2 ? null : uncoveredClass(policy, classes);
}

function hourCoverage(policy: Policy, { hours }: Health): Hold | null {
  const classes = hours.flatMap(({ hour, coverage: known }) =>
    known === null ? [] : [{ name: `calls of ${nameOfHour(hour)}`, coverage: known, critical: false }],
  );
  return uncoveredClass(policy, classes);
}

/** It goes once the changed answers are what the week before looks like, too. */
function drifted({ drift }: Health): Hold | null {
  if (drift === null) return null;
  const { feature, day, answers, before, index } = drift;
  return {
    reason: 'drift',
    sentence: `the incumbent's own answers have changed in ${feature} on ${dateOf(day)} (index ${index.toFixed(2)}, ${count(answers)} answers against ${count(before)} of the week before): evidence from before is of another incumbent, so start a new run, or wait up to a week if the change is meant to be part of the comparison`,
  };
}

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
