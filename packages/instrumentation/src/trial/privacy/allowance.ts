/** What the protection of one trial may take: code units of text, and milliseconds of the process's time. */
export const PROTECTION_LIMITS: { readonly characters: number; readonly milliseconds: number } = {
  characters: 4 * 1024 * 1024,
  milliseconds: 500,
};

/** The allowance of one trial. It is asked before each text: a text that was begun is finished. */
export class Allowance {
  readonly #elapsed: () => number;
  readonly #until: number;
  #characters: number;

  /** @param elapsed The process's monotonic clock, in milliseconds. */
  constructor(elapsed: () => number, limits: typeof PROTECTION_LIMITS = PROTECTION_LIMITS) {
    this.#elapsed = elapsed;
    this.#until = elapsed() + limits.milliseconds;
    this.#characters = limits.characters;
  }

  /** Throws where there is no more of either. */
  spend(characters: number): void {
    this.#characters -= characters;
    if (this.#characters < 0) throw new RangeError('a trial holds more text than is looked through');
    if (this.#elapsed() > this.#until) throw new RangeError('looking through the texts of a trial took too long');
  }
}
