import type { CountRow, Place, ReasonRow, StoredRow } from './read-counts.js';
import type { FunnelState } from './snapshot.js';

/** All that the funnels are made of, read at one point in time. */
export interface FunnelRows {
  readonly counts: readonly CountRow[];
  readonly reasons: readonly ReasonRow[];
  readonly stored: readonly StoredRow[];
  readonly evidence: readonly (Place & { readonly pairs: number })[];
  readonly aside: readonly { readonly run: string; readonly arm: string; readonly legs: number }[];
}

/** The funnel of the rows that belong to `run` and `arm`, and to `segment` where it is given. Pure. */
export function funnelState(rows: FunnelRows, run: string, arm: string, segment?: string): FunnelState {
  const here = (place: Place): boolean =>
    place.run === run && place.arm === arm && (segment === undefined || place.segment === segment);
  const counts = rows.counts.filter(here);
  const stored = rows.stored.filter(here);
  const sum = (of: (row: CountRow) => number): number => counts.reduce((total, row) => total + of(row), 0);
  // What is aside is known by arm only.
  const aside = segment === undefined ? asideOf(rows, run, arm) : 0;
  const gap = settleAside(
    sum((row) => row.lost),
    sum((row) => row.pending),
    aside,
  );
  return {
    eligible: sum((row) => row.eligible),
    sampled: sum((row) => row.sampled),
    skipped: reasonsOf(rows.reasons.filter(here), 'skipped'),
    admitted: sum((row) => row.admitted) + gap.uncounted,
    published: sum((row) => row.published),
    dropped: reasonsOf(rows.reasons.filter(here), 'dropped'),
    stored: stored.reduce((total, row) => total + row.pairs, 0),
    late: stored.reduce((total, row) => total + row.late, 0),
    // Scores are made before a pair is stored.
    scored: stored.reduce((total, row) => total + row.pairs, 0),
    evidence: rows.evidence.filter(here).reduce((total, row) => total + row.pairs, 0),
    aside,
    lost: gap.lost,
    pending: gap.pending,
    due: sum((row) => row.due),
  };
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

function asideOf({ aside }: FunnelRows, run: string, arm: string): number {
  return aside.find((row) => row.run === run && row.arm === arm)?.legs ?? 0;
}

function reasonsOf(rows: readonly ReasonRow[], kind: ReasonRow['kind']): Readonly<Record<string, number>> {
  const reasons: Record<string, number> = {};
  for (const row of rows)
    if (row.kind === kind && row.legs > 0) reasons[row.reason] = (reasons[row.reason] ?? 0) + row.legs;
  return reasons;
}
