/**
 * How often the primary's label met which label of another answer: counts, so that adding and merging in any order give the same.
 * Labels are told by their hashes.
 *
 * Made by {@link emptyConfusion}; only the functions of this folder change it.
 */
export interface Confusion {
  /** All of them, and those with one label on both sides: also of labels that are told apart no more. */
  pairs: number;
  same: number;
  /** Counts of pairs of labels, by `primary other`; the cells that are not 0. */
  readonly cells: Map<string, number>;
}

/** One pair of labels. */
export interface ConfusionCell {
  readonly primary: number;
  readonly other: number;
  readonly count: number;
}

/** What stands for labels beyond the most, and for an answer that is none. */
export const OTHER_LABEL = -1;
export const NO_LABEL = -2;

/** With the two above, 64 are told apart. */
export const MOST_LABELS = 62;

export function emptyConfusion(): Confusion {
  return { pairs: 0, same: 0, cells: new Map() };
}

/** Adds one pair. Changes the matrix, which is bounded once it is merged or stored. @param other Null: no label. */
export function addLabels(confusion: Confusion, primary: number, other: number | null): void {
  confusion.pairs += 1;
  if (primary === other) confusion.same += 1;
  const key = `${primary} ${other ?? NO_LABEL}`;
  confusion.cells.set(key, (confusion.cells.get(key) ?? 0) + 1);
}

/** The matrix of both sets of pairs. Neither argument changes. */
export function mergeConfusions(a: Confusion, b: Confusion): Confusion {
  return { pairs: a.pairs + b.pairs, same: a.same + b.same, cells: bounded([...allCells(a), ...allCells(b)]) };
}

/** Those of at most so many labels, the commonest first. */
export function cellsOf(confusion: Pick<Confusion, 'cells'>): readonly ConfusionCell[] {
  return allCells({ cells: bounded(allCells(confusion)) }).toSorted(
    (a, b) => b.count - a.count || a.primary - b.primary || a.other - b.other,
  );
}

function allCells({ cells }: Pick<Confusion, 'cells'>): readonly ConfusionCell[] {
  return [...cells].map(([key, count]) => {
    const [primary = OTHER_LABEL, other = OTHER_LABEL] = key.split(' ').map(Number);
    return { primary, other, count };
  });
}

/** Share of equal labels; null of nothing. */
export function labelAgreement({ pairs, same }: Confusion): number | null {
  return pairs === 0 ? null : same / pairs;
}

/**
 * Agreement beyond that of two who draw their labels alone: (p - e) / (1 - e), with e the agreement that the margins give by
 * chance. 1 where both always say the same one thing; null of nothing, and where not all labels are told apart.
 * Source: Cohen, "A coefficient of agreement for nominal scales" (1960).
 * Example: [[20, 5], [10, 15]] -> (.7 - .5) / .5 = .4.
 */
export function labelKappa(confusion: Confusion): number | null {
  const cells = cellsOf(confusion);
  const total = confusion.pairs;
  if (total === 0 || cells.some(({ primary, other }) => primary === OTHER_LABEL || other === OTHER_LABEL)) return null;
  const [rows, columns] = [new Map<number, number>(), new Map<number, number>()];
  for (const { primary, other, count } of cells) {
    rows.set(primary, (rows.get(primary) ?? 0) + count);
    columns.set(other, (columns.get(other) ?? 0) + count);
  }
  let chance = 0;
  for (const [label, count] of rows) chance += (count * (columns.get(label) ?? 0)) / total ** 2;
  return chance === 1 ? 1 : (confusion.same / total - chance) / (1 - chance);
}

/**
 * Of more labels than are told apart, those with the smallest hashes are kept. So it is the same in whatever order they come: what is among the
 * smallest of all is among the smallest of any part, and was counted in all of them.
 */
function bounded(cells: readonly ConfusionCell[]): Map<string, number> {
  const labels = [...new Set(cells.flatMap(({ primary, other }) => [primary, other]))].filter((label) => label >= 0);
  const kept = new Set(labels.toSorted((a, b) => a - b).slice(0, MOST_LABELS));
  const name = (label: number): number => (label < 0 || kept.has(label) ? label : OTHER_LABEL);
  const counts = new Map<string, number>();
  for (const { primary, other, count } of cells) {
    const key = `${name(primary)} ${name(other)}`;
    counts.set(key, (counts.get(key) ?? 0) + count);
  }
  return counts;
}
