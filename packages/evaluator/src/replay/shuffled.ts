import { mulberry32 } from '../stats/mulberry32.js';
import { type Row, SortedRows, type SortingOptions } from './sorted-rows.js';

/** Rows that are given on in an order of a seed instead of that in which they came, so that it can be seen that the order says nothing. */
export class ShuffledRows {
  readonly #rows: SortedRows;
  readonly #next: () => number;

  constructor(seed: number, sorting?: SortingOptions) {
    this.#rows = new SortedRows(sorting);
    this.#next = mulberry32(seed);
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
