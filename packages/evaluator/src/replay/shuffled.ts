import { type Row, SortedRows, type SortingOptions } from './sorted-rows.js';

/** Rows that are given on in an order of a seed instead of that in which they came, so that it can be seen that the order says nothing. */
export class ShuffledRows {
  readonly #rows: SortedRows;
  readonly #next: () => number;

  constructor(seed: number, sorting?: SortingOptions) {
    this.#rows = new SortedRows(sorting);
    this.#next = generator(seed);
  }

  add({ key, text }: Row): void {
    this.#rows.add({ key: this.#next(), text: `${key} ${text}` });
  }

  *shuffled(): Generator<Row, void, undefined> {
    for (const { text } of this.#rows.sorted()) {
      const space = text.indexOf(' ');
      yield { key: Number(text.slice(0, space)), text: text.slice(space + 1) };
    }
  }

  close(): void {
    this.#rows.close();
  }
}

/** Whole numbers in [0, 2^32), by mulberry32. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
