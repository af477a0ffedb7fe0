/** What a replay knows of a win rate beside its numbers. */
export interface Judging {
  /** Some line has a judgement of the arm, or a label. */
  readonly judged: boolean;
  readonly labelled: boolean;
  /** J of the judge; null: nobody said. */
  readonly sensitivity: number | null;
  /** The policy asks people about a part of the pairs. */
  readonly asksPeople: boolean;
}

/** What a win rate that waits is waiting for, in words: nothing of it comes by itself, as it does in production. Pure. */
export function awaitedOf({ judged, labelled, sensitivity, asksPeople }: Judging): string {
  const parts = [
    ...(judged ? [] : ['`judgements` in the lines (without them its pairs are those in which a call failed)']),
    ...(sensitivity === null ? ["`--sensitivity J`, what the judge's canaries showed"] : []),
    ...(asksPeople && !labelled ? ['`labels` in the lines'] : []),
    ...(asksPeople
      ? []
      : ["labels (`judge.labels.rate`), since the judge's word alone needs canaries, and lines have none"]),
  ];
  if (parts.length === 0) return '`labels` that were drawn as the policy says (`judge.labels.rate`)';
  return parts.length === 1 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
