import type { DrawCount, RunId } from '../trial/trial.js';

/** Probabilities of a run that are counted: those that come later are not held against anything. */
const MAX_PROBABILITIES = 32;

type Row = { -readonly [Key in keyof DrawCount]: DrawCount[Key] };

/** How often what was declared was drawn, since the process began. */
export class DrawCounts {
  readonly #runs = new Map<RunId, Map<number, Row>>();

  drew(run: RunId, pi: number): void {
    const row = this.#row(run, pi);
    if (row !== null) row.draws += 1;
  }

  drawn(run: RunId, pi: number): void {
    const row = this.#row(run, pi);
    if (row !== null) row.drawn += 1;
  }

  rows(): readonly DrawCount[] {
    return [...this.#runs.values()].flatMap((rows) => [...rows.values()].map((row) => ({ ...row })));
  }

  #row(run: RunId, pi: number): Row | null {
    const rows = this.#runs.get(run) ?? new Map<number, Row>();
    this.#runs.set(run, rows);
    const known = rows.get(pi);
    if (known !== undefined || rows.size >= MAX_PROBABILITIES) return known ?? null;
    const row = { run, pi, draws: 0, drawn: 0 };
    rows.set(pi, row);
    return row;
  }
}
