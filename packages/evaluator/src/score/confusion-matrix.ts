/** Pairs of labels told apart of one primary's label; also labels of primaries. Others are counted under {@link OTHER_LABEL}. */
const MOST_LABELS = 64;

/** What stands for labels beyond the most, and for an answer that is none. */
export const OTHER_LABEL = '_other';
export const NO_LABEL = '_none';

/** How often the primary's label met which label of another answer. A mutable tally, bounded in size. */
export class ConfusionMatrix {
  readonly #labels = new Set<string>([OTHER_LABEL, NO_LABEL]);
  readonly #counts = new Map<string, Map<string, number>>();

  /** @param other Null: no label. */
  add(primary: string, other: string | null, times: number = 1): void {
    const [row, column] = [this.#known(primary), this.#known(other ?? NO_LABEL)];
    const counts = this.#counts.get(row) ?? new Map<string, number>();
    this.#counts.set(row, counts.set(column, (counts.get(column) ?? 0) + times));
  }

  /** Adds the counts of another one. Of labels beyond the most, those that came first are kept. */
  merge(matrix: ConfusionMatrix): void {
    for (const { primary, other, count } of matrix.cells()) this.add(primary, other, count);
  }

  /** Those that are not 0, the commonest first. */
  cells(): readonly { readonly primary: string; readonly other: string; readonly count: number }[] {
    return [...this.#counts]
      .flatMap(([primary, counts]) => [...counts].map(([other, count]) => ({ primary, other, count })))
      .toSorted((a, b) => b.count - a.count || (a.primary < b.primary ? -1 : 1));
  }

  /** Share of equal labels; null of nothing. Labels told apart no more count as unequal. */
  agreement(): number | null {
    const [total, same] = [this.#total(), this.#same()];
    return total === 0 ? null : same / total;
  }

  /**
   * Agreement beyond that of two who draw their labels alone: (p - e) / (1 - e), with e the agreement that the margins give by
   * chance. 1 where both always say the same one thing; null of nothing.
   * Source: Cohen, "A coefficient of agreement for nominal scales" (1960).
   * Example: [[20, 5], [10, 15]] -> (.7 - .5) / .5 = .4.
   */
  kappa(): number | null {
    const total = this.#total();
    if (total === 0) return null;
    const [rows, columns] = [new Map<string, number>(), new Map<string, number>()];
    for (const { primary, other, count } of this.cells()) {
      rows.set(primary, (rows.get(primary) ?? 0) + count);
      columns.set(other, (columns.get(other) ?? 0) + count);
    }
    let chance = 0;
    for (const [name, count] of rows) chance += isApart(name) ? (count * (columns.get(name) ?? 0)) / total ** 2 : 0;
    const share = this.#same() / total;
    return chance === 1 ? 1 : (share - chance) / (1 - chance);
  }

  #known(name: string): string {
    if (this.#labels.has(name)) return name;
    if (this.#labels.size >= MOST_LABELS) return OTHER_LABEL;
    this.#labels.add(name);
    return name;
  }

  #total(): number {
    return this.cells().reduce((sum, { count }) => sum + count, 0);
  }

  #same(): number {
    return this.cells().reduce(
      (sum, cell) => sum + (cell.primary === cell.other && isApart(cell.primary) ? cell.count : 0),
      0,
    );
  }
}

function isApart(name: string): boolean {
  return name !== OTHER_LABEL;
}
