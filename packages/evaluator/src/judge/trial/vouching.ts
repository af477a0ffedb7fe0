/**
 * Evidence on the judge's word, as large as it once was, and the canaries that vouch for it: the ones that come after it. By then, a judge
 * that has called everything a tie since before that evidence was complete is found out, whatever it had been shown of before.
 */
export interface Mark {
  /** Telling canaries beside pairs, since the beginning of the run. */
  readonly until: number;
  /** Of the claim that the candidate is safe, as a natural logarithm. */
  readonly logE: number;
}

/** What is known of the evidence in one stream: canaries so far, and the marks. */
export interface Vouching {
  readonly seen: number;
  readonly marks: readonly Mark[];
}

/**
 * The marks after a slice is closed, of which none is as early and as large as another: no more of them than canaries that are waited for, and
 * one that is vouched for.
 *
 * The largest value counts, and not the last. An e-process reaches 1/alpha at any time at all with probability at most alpha (Ville), so that
 * one that was above the bar while the judge saw may be relied on when this is known.
 *
 * @param mark.until The canaries so far, and those that a judge gone blind would be found by.
 */
export function marked({ seen, marks }: Vouching, mark: Mark): readonly Mark[] {
  const all = marks.map(({ until, logE }) => ({ until: Math.max(seen, until), logE }));
  if (!(mark.logE > 0)) return pruned(all);
  return pruned([...all, mark]);
}

/** Canaries that are still to come before evidence as large as `bar` is vouched for; null where there was none as large. */
export function unvouched({ seen, marks }: Vouching, bar: number): number | null {
  const enough = marks.filter(({ logE }) => logE >= bar);
  return enough.length === 0 ? null : Math.max(0, Math.min(...enough.map(({ until }) => until)) - seen);
}

function pruned(marks: readonly Mark[]): readonly Mark[] {
  const kept: Mark[] = [];
  for (const mark of marks.toSorted((a, b) => a.until - b.until || b.logE - a.logE))
    if (mark.logE > (kept.at(-1)?.logE ?? 0)) kept.push(mark);
  return kept;
}
