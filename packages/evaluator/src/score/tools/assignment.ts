/**
 * The greatest sum that pairing rows with columns can give, each at most once.
 *
 * Serves: parallel calls of one tool, which are made in any order. Works through shortest augmenting paths with potentials.
 * Source: Kuhn, "The Hungarian method for the assignment problem" (1955); the form of Jonker and Volgenant, "A shortest
 * augmenting path algorithm for dense and sparse linear assignment problems", Computing 38 (1987).
 * Cost: rows^2 columns.
 * Example: `[[.9, .8], [.8, .1]]` -> 1.6.
 *
 * @param gains In [0,1]; all rows as long as the first.
 */
export function bestAssignment(gains: readonly (readonly number[])[]): number {
  const columns = gains[0]?.length ?? 0;
  if (gains.length > columns) return bestAssignment(transposed(gains, columns));
  const pairing = new Pairing(gains, columns);
  for (let row = 0; row < gains.length; row += 1) pairing.add(row);
  return pairing.sum();
}

function transposed(gains: readonly (readonly number[])[], columns: number): readonly (readonly number[])[] {
  return Array.from({ length: columns }, (_, column) => gains.map((row) => row[column] ?? 0));
}

const FREE = -1;

class Pairing {
  readonly #gains: readonly (readonly number[])[];
  /** The row of each column; the column past the last is the root of the path in the making. */
  readonly #rowOf: number[];
  readonly #rowPotential: number[];
  readonly #columnPotential: number[];
  readonly #columns: number;

  constructor(gains: readonly (readonly number[])[], columns: number) {
    this.#gains = gains;
    this.#columns = columns;
    this.#rowOf = filled(columns + 1, FREE);
    this.#rowPotential = filled(gains.length, 0);
    this.#columnPotential = filled(columns + 1, 0);
  }

  /** Pairs a further row, and moves others where that is better. */
  add(row: number): void {
    const root = this.#columns;
    this.#rowOf[root] = row;
    const distance = filled(root + 1, Infinity);
    const before = filled(root + 1, root);
    const done = filled(root + 1, 0);
    let column = root;
    while (this.#rowOf[column] !== FREE) {
      done[column] = 1;
      column = this.#extend(column, { distance, before, done });
    }
    while (column !== root) {
      const previous = before[column] ?? root;
      this.#rowOf[column] = this.#rowOf[previous] ?? FREE;
      column = previous;
    }
  }

  sum(): number {
    let sum = 0;
    for (let column = 0; column < this.#columns; column += 1) {
      const row = this.#rowOf[column] ?? FREE;
      if (row !== FREE) sum += this.#gains[row]?.[column] ?? 0;
    }
    return sum;
  }

  /** The nearest column that is not done, seen from those that are. */
  #extend(from: number, { distance, before, done }: Record<'distance' | 'before' | 'done', number[]>): number {
    const row = this.#rowOf[from] ?? 0;
    let [nearest, least] = [0, Infinity];
    for (let column = 0; column < this.#columns; column += 1) {
      if (done[column] === 1) continue;
      const cost =
        1 - (this.#gains[row]?.[column] ?? 0) - (this.#rowPotential[row] ?? 0) - (this.#columnPotential[column] ?? 0);
      if (cost < (distance[column] ?? 0)) [distance[column], before[column]] = [cost, from];
      if ((distance[column] ?? 0) < least) [nearest, least] = [column, distance[column] ?? 0];
    }
    for (let column = 0; column <= this.#columns; column += 1) {
      if (done[column] === 1) {
        const paired = this.#rowOf[column] ?? 0;
        this.#rowPotential[paired] = (this.#rowPotential[paired] ?? 0) + least;
        this.#columnPotential[column] = (this.#columnPotential[column] ?? 0) - least;
      } else distance[column] = (distance[column] ?? 0) - least;
    }
    return nearest;
  }
}

function filled(length: number, value: number): number[] {
  return Array.from({ length }, () => value);
}
