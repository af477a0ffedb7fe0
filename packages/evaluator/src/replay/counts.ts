import type { FunnelState, HourState, OutcomeCount } from '../ledger/snapshot.js';
import type { Outcome } from '../tally/facts.js';
import type { StoredPair } from '../tally/stored-pair.js';
import type { TrialRow } from './trial-row.js';

/** Legs of one arm in one segment. */
interface LegCounts {
  admitted: number;
  evidence: number;
  /** By what came of the primary and of the shadow. */
  readonly outcomes: Map<string, number>;
}

/** What became of the calls of a run, in whole numbers: the same in whatever order they come. */
export class Counts {
  /** Lines that repeated a call. */
  repeated = 0;
  /** Evidence of each arm by the hour of the day. */
  readonly #hours = new Map<string, Map<number, number>>();
  readonly #arms = new Map<string, Map<string, LegCounts>>();

  /** @param hour Of the day, of the slice that these are of. */
  add(trials: readonly TrialRow[], evidence: readonly StoredPair[], repeated: number, hour: number): void {
    this.repeated += repeated;
    for (const { segment, legs } of trials) {
      for (const [arm, facts] of Object.entries(legs)) {
        const counts = this.#of(arm, segment);
        counts.admitted += 1;
        if (facts === null) continue;
        const outcome = `${facts.primary.status} ${facts.shadow.status}`;
        counts.outcomes.set(outcome, (counts.outcomes.get(outcome) ?? 0) + 1);
      }
    }
    for (const { arm, segment } of evidence) {
      this.#of(arm, segment).evidence += 1;
      const hours = this.#hours.get(arm) ?? new Map<number, number>();
      this.#hours.set(arm, hours.set(hour, (hours.get(hour) ?? 0) + 1));
    }
  }

  /** In order of name. */
  arms(): readonly string[] {
    return [...this.#arms.keys()].toSorted();
  }

  segments(arm: string): readonly string[] {
    return [...(this.#arms.get(arm)?.keys() ?? [])].toSorted();
  }

  /** Of all segments, or of one. */
  funnel(arm: string, segment?: string): FunnelState {
    const some = this.segments(arm).filter((one) => segment === undefined || one === segment);
    const legs = some.map((one) => this.#of(arm, one));
    const sum = (of: (counts: LegCounts) => number): number => legs.reduce((total, one) => total + of(one), 0);
    const admitted = sum((one) => one.admitted);
    const stored = sum((one) => [...one.outcomes.values()].reduce((total, pairs) => total + pairs, 0));
    return {
      // What was refused before it was admitted is in no trial.
      eligible: admitted,
      sampled: admitted,
      skipped: {},
      admitted,
      published: stored,
      dropped: {},
      stored,
      late: 0,
      scored: stored,
      evidence: sum((one) => one.evidence),
      aside: 0,
      lost: admitted - stored,
      pending: 0,
      due: admitted,
      covered: admitted,
      uncovered: {},
    };
  }

  /** What is not evidence is not told apart by hours. */
  hours(arm: string): readonly HourState[] {
    const known = [...(this.#hours.get(arm) ?? [])].toSorted(([a], [b]) => a - b);
    return known.map(([hour, evidence]) => ({
      hour,
      sampled: evidence,
      admitted: evidence,
      skipped: {},
      covered: evidence,
      uncovered: {},
      evidence,
    }));
  }

  outcomes(arm: string): readonly OutcomeCount[] {
    return this.segments(arm).flatMap((segment) =>
      [...this.#of(arm, segment).outcomes].toSorted().map(([outcome, pairs]) => {
        const [primary, shadow] = outcome.split(' ') as [Outcome['status'], Outcome['status']];
        return { segment, primary, shadow, pairs };
      }),
    );
  }

  #of(arm: string, segment: string): LegCounts {
    const segments = this.#arms.get(arm) ?? new Map<string, LegCounts>();
    this.#arms.set(arm, segments);
    const counts = segments.get(segment) ?? { admitted: 0, evidence: 0, outcomes: new Map<string, number>() };
    segments.set(segment, counts);
    return counts;
  }
}
