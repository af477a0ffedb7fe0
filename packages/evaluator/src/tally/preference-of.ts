import type { PairFacts } from './facts.js';
import type { LabelFacts, PreferenceFacts } from './preference.js';

/** What the ledger holds of a judgement. `known`: a tie without a call. `waiting`: the judge has not answered. */
export interface JudgementFacts {
  readonly status: 'waiting' | 'judged' | 'abstained' | 'known';
  /** Of the shadow, in [0,1]; null without a judgement. */
  readonly score: number | null;
}

/**
 * What one pair says of who is better. Null: it says nothing, since it was not drawn for the judge, or the user aborted the primary, which
 * leaves nothing to compare.
 *
 * A leg that failed needs no judge: only the shadow failed 0, both .5, only the primary 1. A judgement that is still waited for
 * when its time is over counts as an abstention: the pair was drawn, and so it is in the draw for labels.
 */
export function preferenceOf(
  { primary, shadow }: Pick<PairFacts, 'primary' | 'shadow'>,
  judgement: JudgementFacts | null,
  label: LabelFacts,
): PreferenceFacts | null {
  if (primary.status === 'aborted') return null;
  if (primary.status === 'missing' || shadow.status === 'missing' || shadow.status === 'aborted') {
    return { status: 'missing' };
  }
  if (primary.status === 'error' || shadow.status === 'error') {
    return { status: 'known', x: (Number(primary.status === 'error') - Number(shadow.status === 'error') + 1) / 2 };
  }
  if (judgement === null) return null;
  const { status, score } = judgement;
  if (status === 'known') return { status: 'known', x: score ?? 0.5 };
  return { status: 'judged', verdict: status === 'judged' ? score : null, label };
}
