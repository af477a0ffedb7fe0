import { AA_ARM, SEGMENT_ALL } from '@understudy/instrumentation/trial';
import type { ArmState, LedgerSnapshot } from '../ledger/snapshot.js';
import { METRIC_SCORE, METRIC_SCORE_MISSING } from '../semconv.js';
import { countOf } from '../tally/counters.js';
import { SCORE_BOUNDS, SCORE_UNIT } from '../tally/observed.js';
import { armsOf } from './funnel-metrics.js';
import { type Distributed, histogram, type Metric, numbers, type Point } from './metric-data.js';

/** Of one scorer in one stream. */
interface Scores {
  sum: number;
  missing: number;
  readonly counts: number[];
}

/**
 * The scores of the evidence, over all closed slices of all runs of an experiment: of all segments together, and of each that is critical. A
 * segment that is not has no series: scorers times segments times buckets would be thousands.
 */
export function scoreMetrics(snapshot: LedgerSnapshot): readonly Metric[] {
  const critical = new Map<string, Set<string>>();
  for (const { run } of snapshot.runs) {
    const known = critical.get(run.experiment) ?? new Set([SEGMENT_ALL]);
    for (const segment of run.definition.segments.critical) known.add(segment);
    critical.set(run.experiment, known);
  }
  const distributed: Distributed[] = [];
  const missing: Point[] = [];
  for (const { attributes: of, since, states } of armsOf(snapshot)) {
    for (const segment of critical.get(of.experiment) ?? []) {
      for (const [scorer, { sum, counts, missing: value }] of scoresOf(states, segment)) {
        const attributes = { scorer, ...of, segment };
        distributed.push({ attributes, since, sum, counts });
        // What a candidate lacks, as a whole: by segment, and of the incumbent asked again, it would be as many series as the scores are.
        if (segment === SEGMENT_ALL && of.arm !== AA_ARM) missing.push({ attributes, since, value });
      }
    }
  }
  return [histogram(METRIC_SCORE, SCORE_BOUNDS, distributed), numbers(METRIC_SCORE_MISSING, missing)];
}

function scoresOf(states: readonly ArmState[], segment: string): ReadonlyMap<string, Scores> {
  const scores = new Map<string, Scores>();
  for (const { observed } of states) {
    const counters = observed[segment]?.counters ?? new Map<string, bigint>();
    for (const name of new Set([...counters.keys()].map(scorerOf))) {
      if (name === null) continue;
      const known = scores.get(name) ?? {
        sum: 0,
        missing: 0,
        counts: Array.from({ length: SCORE_BOUNDS.length + 1 }, () => 0),
      };
      scores.set(name, known);
      known.sum += countOf(counters, `score ${name} sum`) / SCORE_UNIT;
      known.missing += countOf(counters, `score ${name} missing`);
      for (const at of known.counts.keys())
        known.counts[at] = (known.counts[at] ?? 0) + countOf(counters, `score ${name} bin ${at}`);
    }
  }
  return scores;
}

function scorerOf(counter: string): string | null {
  const [kind, name = ''] = counter.split(' ');
  return kind === 'score' ? name : null;
}
