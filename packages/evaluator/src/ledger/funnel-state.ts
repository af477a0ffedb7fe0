import type { Outcome } from '../tally/facts.js';
import type { LegKind, LegSum } from './leg-sums.js';
import type { JudgementCount } from './judging-state.js';
import type { FunnelState, OutcomeCount } from './snapshot.js';

/** The funnel of an arm, or of one of its segments, from its numbers. Pure. */
export function funnelState(legs: readonly LegSum[]): FunnelState {
  const sum = (...kinds: readonly LegKind[]): number =>
    legs.reduce((total, one) => total + (kinds.includes(one.kind) ? one.legs : 0), 0);
  const aside = sum('aside');
  const gap = settleAside(sum('lost', 'gone'), sum('pending'), aside);
  const stored = sum('stored');
  return {
    eligible: sum('eligible'),
    sampled: sum('sampled'),
    skipped: reasonsOf(legs, 'skipped'),
    admitted: sum('admitted') + gap.uncounted,
    published: sum('published'),
    dropped: reasonsOf(legs, 'dropped'),
    stored,
    late: sum('late'),
    // Scores are made before a pair is stored.
    scored: stored,
    evidence: sum('evidence'),
    aside,
    lost: gap.lost,
    pending: gap.pending,
    due: sum('due'),
    covered: sum('covered') / 1000,
    uncovered: thousandths(reasonsOf(legs, 'uncovered')),
    squared: reasonsOf(legs, 'squared'),
  };
}

/** What came of the stored pairs of an arm, by segment. Pure. */
export function outcomesOf(legs: readonly LegSum[]): readonly OutcomeCount[] {
  return legs
    .filter(({ kind }) => kind === 'stored')
    .map(({ segment, name, legs: pairs }) => {
      const [primary, shadow] = name.split(' ') as [Outcome['status'], Outcome['status']];
      return { segment, primary, shadow, pairs };
    });
}

/** What the judge said of the evidence of an arm, by segment. Pure. */
export function judgementsOf(legs: readonly LegSum[]): readonly JudgementCount[] {
  return legs
    .filter(({ kind }) => kind === 'judged')
    .map(({ segment, name, legs: pairs }) => ({ segment, outcome: name as JudgementCount['outcome'], pairs }));
}

/** The segments of an arm that anything is known of, in order. What is aside is known by arm only. Pure. */
export function segmentsOf(legs: readonly LegSum[]): ReadonlyMap<string, readonly LegSum[]> {
  const known = legs.filter(({ kind }) => kind !== 'aside');
  const segments = Map.groupBy(known, ({ segment }) => segment);
  return new Map([...segments].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Legs that are aside are not lost. Where no count has told of them yet, they were admitted all the same. */
function settleAside(
  lost: number,
  pending: number,
  aside: number,
): { lost: number; pending: number; uncounted: number } {
  const fromLost = Math.min(lost, aside);
  const fromPending = Math.min(pending, aside - fromLost);
  return { lost: lost - fromLost, pending: pending - fromPending, uncounted: aside - fromLost - fromPending };
}

function thousandths(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count / 1000]));
}

function reasonsOf(legs: readonly LegSum[], wanted: LegKind): Readonly<Record<string, number>> {
  const reasons = new Map<string, number>();
  for (const { kind, name, legs: count } of legs)
    if (kind === wanted && count > 0) reasons.set(name, (reasons.get(name) ?? 0) + count);
  return Object.fromEntries(reasons);
}
