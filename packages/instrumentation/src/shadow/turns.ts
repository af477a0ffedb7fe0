import { setImmediate } from 'node:timers';

export interface TurnsOptions {
  /** Of one turn of the event loop, what the work may take before it waits for the next, in milliseconds. */
  readonly sliceMs: number;
  /** Milliseconds of a clock that never steps. */
  readonly now: () => number;
  /** Runs something in the next turn of the event loop. Default: the process's. */
  readonly next?: (run: () => void) => void;
}

/**
 * Spreads work that others cause over the turns of the event loop: whoever does a piece of it asks for a turn before, and what has come
 * at once does not hold up the loop at once. Never slower than a turn of the loop for each slice.
 */
export class Turns {
  readonly #options: TurnsOptions;
  /** In the order in which they came. */
  readonly #waiting = new Set<() => void>();
  #spentMs = 0;
  #scheduled = false;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** Resolves when the next piece of work may be done, and where the signal fires: the work is then nobody's. */
  async turn(signal: AbortSignal): Promise<void> {
    if (signal.aborted || (this.#waiting.size === 0 && this.#spentMs < this.#options.sliceMs)) return;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        this.#waiting.delete(go);
        signal.removeEventListener('abort', go);
        resolve();
      };
      this.#waiting.add(go);
      signal.addEventListener('abort', go, { once: true });
      this.#schedule();
    });
  }

  /** Does a piece of work and counts the time it takes. */
  run<Result>(work: () => Result): Result {
    const { now, sliceMs } = this.#options;
    const startedAt = now();
    try {
      return work();
    } finally {
      this.#spentMs += Math.max(0, now() - startedAt);
      if (this.#spentMs < sliceMs) this.#first();
      this.#schedule();
    }
  }

  #first(): void {
    const [first] = this.#waiting;
    first?.();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const next = (): void => {
      this.#scheduled = false;
      this.#spentMs = 0;
      this.#first();
      if (this.#waiting.size > 0) this.#schedule();
    };
    (this.#options.next ?? byImmediate)(next);
  }
}

/** Not unreferenced: the loop would not come back for it, but sleep until something else wakes it. What waits is work that has come. */
function byImmediate(run: () => void): void {
  setImmediate(run);
}
