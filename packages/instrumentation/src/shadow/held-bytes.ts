import { OwnLimit } from './own-limit.js';

export interface HeldBytesOptions {
  /** Of each shadow, what is not counted: a usual answer never fails for what others hold. */
  readonly free: number;
  /** Of all of them together, beyond that. */
  readonly most: number;
}

/** What one shadow holds. */
export interface Holding {
  /** Says how many bytes it holds now. Throws {@link OwnLimit} where there is no room for them: others may hold it. */
  set(bytes: number): void;
  /** It holds nothing any more. */
  release(): void;
}

/** The bytes of unfinished answers that all shadows of a process may hold at once, shared out as they come. */
export class HeldBytes {
  readonly #options: HeldBytesOptions;
  #counted = 0;

  constructor(options: HeldBytesOptions) {
    this.#options = options;
  }

  /** What is counted now. */
  get counted(): number {
    return this.#counted;
  }

  open(): Holding {
    const { free, most } = this.#options;
    let own = 0;
    const set = (bytes: number): void => {
      const next = Math.max(0, bytes - free);
      const counted = this.#counted - own + next;
      if (next > own && counted > most)
        throw new OwnLimit('leg_memory_cap', `more than ${most} bytes of answers are held`);
      this.#counted = counted;
      own = next;
    };
    return { set, release: () => set(0) };
  }
}
