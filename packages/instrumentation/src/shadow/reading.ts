import { clearTimeout, setTimeout } from 'node:timers';
import { OwnLimit } from './own-limit.js';
import type { Pace } from './pace.js';
import type { Turns } from './turns.js';

export interface ReadingOptions {
  /** All reading goes by them. */
  readonly turns: Pick<Turns, 'turn' | 'run'>;
  /** What comes faster than any model says it goes by this as well. */
  readonly floods: Pick<Pace, 'turn' | 'run'>;
  /** Work done on so many bytes of a flood counts so many milliseconds at least: what it leaves to be done later is work as well. */
  readonly floodMs: (bytes: number) => number;
  /** What may come over one connection without being a flood: so much, and so much more for each millisecond since it was asked. */
  readonly usual: { readonly bytes: number; readonly bytesPerMs: number };
  /** Milliseconds of a clock that never steps. */
  readonly now: () => number;
}

const NEVER = Infinity;

/** How one response is read: at once as long as it comes as answers do, and beyond that when it is its turn. Begins with its request. */
export class Reading {
  readonly #options: ReadingOptions;
  readonly #startedAt: number;
  readonly #mostHeldMs: number;
  #came = 0;
  #read = 0;
  #flooded = false;
  #holds = 0;
  #heldSince = 0;
  #heldMs = 0;

  /** @param mostHeldMs A flood that was held up for longer is given up: its time says nothing of its candidate any more. */
  constructor(options: ReadingOptions, mostHeldMs: number = NEVER) {
    this.#options = options;
    this.#mostHeldMs = mostHeldMs;
    this.#startedAt = options.now();
  }

  /** More has come than a model says in the time. A flood stays one: it would have the allowance of an answer besides its share. */
  get isFlood(): boolean {
    const { usual, now } = this.#options;
    this.#flooded ||= Math.max(this.#came, this.#read) > usual.bytes + usual.bytesPerMs * (now() - this.#startedAt);
    return this.#flooded;
  }

  /** So many bytes have come over the connection: what is read of them later may be more. */
  came(bytes: number): void {
    this.#came += bytes;
  }

  /** For how long the other side may have been kept from going on, or what it sent from being looked at. What its time says is off by as much. */
  get heldMs(): number {
    return this.#heldMs + (this.#holds > 0 ? this.#options.now() - this.#heldSince : 0);
  }

  /** The other side is held up, until what is returned is called. May be called more than once. */
  hold(): () => void {
    const { now } = this.#options;
    if (this.#holds === 0) this.#heldSince = now();
    this.#holds += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holds -= 1;
      if (this.#holds === 0) this.#heldMs += now() - this.#heldSince;
    };
  }

  /** Resolves when a piece of the response may be read, and where the signal fires. @throws {OwnLimit} for a flood that is given up. */
  async turn(signal: AbortSignal): Promise<void> {
    const { turns, floods } = this.#options;
    if (this.isFlood) {
      const release = this.hold();
      await this.#untilGivenUp(signal, (until) => floods.turn(until));
      release();
      if (this.heldMs > this.#mostHeldMs) throw new OwnLimit('leg_held_up', 'a flood that was held up for long');
    }
    await turns.turn(signal);
  }

  /** Waits under a signal that fires with the given one, and where the response is given up meanwhile. */
  async #untilGivenUp(signal: AbortSignal, wait: (until: AbortSignal) => Promise<void>): Promise<void> {
    if (this.#mostHeldMs === NEVER) return await wait(signal);
    const givenUp = new AbortController();
    const left = Math.max(0, Math.ceil(this.#mostHeldMs - this.heldMs)) + 1;
    // A flood has hundreds of turns a second, most of them at once: none leaves a timer behind.
    const timer = setTimeout(() => givenUp.abort(), left).unref();
    try {
      await wait(AbortSignal.any([signal, givenUp.signal]));
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Does a piece of work on what has come.
   *
   * @param bytes Of the response, what had not been read before.
   */
  run<Result>(bytes: number, work: () => Result): Result {
    const { turns, floods, floodMs } = this.#options;
    this.#read += bytes;
    if (!this.isFlood) return turns.run(work);
    return turns.run(() => floods.run(work, floodMs(bytes)));
  }
}
