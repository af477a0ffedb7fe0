import { setImmediate, setTimeout } from 'node:timers';

export interface PaceOptions {
  /** Of the process's time, what the work may take as long as it is waited for. */
  readonly share: number;
  /** What may be taken at once, in milliseconds. */
  readonly burstMs: number;
  /** Milliseconds of a clock that never steps. */
  readonly now: () => number;
  /** Runs something after so many milliseconds; 0: in the next turn of the event loop. Default: the process's timers. */
  readonly later?: (run: () => void, afterMs: number) => void;
}

const byTimer = (run: () => void, afterMs: number): void => {
  // An immediate that is unreferenced is not woken up for, as a timer is: it would wait for whatever else wakes the loop.
  if (afterMs === 0) setImmediate(run);
  else setTimeout(run, afterMs).unref();
};

/**
 * Keeps a kind of work that others cause from taking all of the event loop: whoever does a piece of it asks for a turn before, and has
 * it at once as long as less than the share was used. Beyond it one goes on at a time, the longest waiting first, and the loop has its
 * own turns in between.
 */
export class Pace {
  readonly #options: PaceOptions;
  /** In the order in which they came. */
  readonly #waiting = new Set<() => void>();
  #creditMs: number;
  #at: number;
  #scheduled = false;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#creditMs = options.burstMs;
    this.#at = options.now();
  }

  /** Resolves when the next piece of work may be done, and where the signal fires: the work is then nobody's. */
  async turn(signal: AbortSignal): Promise<void> {
    if (signal.aborted || (this.#waiting.size === 0 && this.#credit() > 0)) return;
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

  /** Does a piece of work and counts the time it takes, `leastMs` at least: what it leaves to be done later is work as well. */
  run<Result>(work: () => Result, leastMs: number = 0): Result {
    this.#credit();
    const startedAt = this.#options.now();
    try {
      return work();
    } finally {
      this.#creditMs -= Math.max(leastMs, this.#options.now() - startedAt);
      if (this.#waiting.size > 0 && this.#credit() > 0) this.#first();
    }
  }

  #first(): void {
    const [first] = this.#waiting;
    first?.();
  }

  #credit(): number {
    const { share, burstMs, now } = this.#options;
    const at = now();
    this.#creditMs = Math.min(burstMs, this.#creditMs + Math.max(0, at - this.#at) * share);
    this.#at = at;
    return this.#creditMs;
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.size === 0) return;
    this.#scheduled = true;
    const next = (): void => {
      this.#scheduled = false;
      if (this.#credit() > 0) this.#first();
      this.#schedule();
    };
    const { share, later = byTimer } = this.#options;
    const credit = this.#credit();
    later(next, credit > 0 ? 0 : Math.ceil(-credit / share) + 1);
  }
}
