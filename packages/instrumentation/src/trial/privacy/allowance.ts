import type { Steps } from '../steps.js';

/** What the protection of one trial may take: code units of text, and milliseconds of the process's time. */
export const PROTECTION_LIMITS: { readonly characters: number; readonly milliseconds: number } = {
  characters: 4 * 1024 * 1024,
  milliseconds: 500,
};

/** No step of ours takes so long: the rest of one that did is the machine's, which let the process wait. In milliseconds. */
const LONGEST_STEP_MS = 50;

/** The allowance of one trial. Only its own time counts, not what the host does between two steps. */
export class Allowance {
  readonly #elapsed: () => number;
  #characters: number;
  #milliseconds: number;
  /** What the user's rules have taken so far. */
  #ruledMs = 0;

  /** @param elapsed The process's monotonic clock, in milliseconds. */
  constructor(elapsed: () => number, limits: typeof PROTECTION_LIMITS = PROTECTION_LIMITS) {
    this.#elapsed = elapsed;
    this.#characters = limits.characters;
    this.#milliseconds = limits.milliseconds;
  }

  /** Throws where there is no more of it. Asked before each text. */
  spend(characters: number): void {
    this.#characters -= characters;
    if (this.#characters < 0) throw new RangeError('a trial holds more text than is looked through');
  }

  /** What a rule of the user gives. All of its time counts. */
  rule<Value>(run: () => Value): Value {
    const before = this.#elapsed();
    try {
      return run();
    } finally {
      this.#ruledMs += this.#elapsed() - before;
    }
  }

  /** The same steps, with their time taken. Throws after the one that took the last of it. */
  *of<Result>(steps: Steps<Result>): Steps<Result> {
    for (;;) {
      const [before, ruledBefore] = [this.#elapsed(), this.#ruledMs];
      const step = steps.next();
      const ruledMs = this.#ruledMs - ruledBefore;
      this.#milliseconds -= ruledMs + Math.min(this.#elapsed() - before - ruledMs, LONGEST_STEP_MS);
      if (this.#milliseconds < 0) throw new RangeError('looking through the texts of a trial took too long');
      if (step.done === true) return step.value;
      yield;
    }
  }
}
