import type { HeldBack } from './pauses.js';

/** One busy second is nobody's load: so many windows in a row are. */
const WINDOWS_IN_A_ROW = 2;
/** Of the share that shadows have: what is kept of it in a busy window, and what is added in one with time to spare. */
const KEPT = 0.5;
const ADDED = 1 / 16;
/** Below this part of the most that may be used there is time to spare: between the two nothing changes. */
const SPARE = 0.9;
/** A service that is busy by itself is still compared, slowly. */
const LEAST = 1 / 64;

/**
 * How many shadows the event loop has time for. A shadow costs about as much of it as the call it doubles, and what waits behind that are
 * primaries; so their share comes down by halves while the loop is busier than it may be, and up by sixteenths while it is not: additive
 * increase, multiplicative decrease (Chiu and Jain, "Analysis of the increase and decrease algorithms", 1989).
 */
export class Spare {
  readonly #most: number;
  #share = 1;
  #busy = 0;

  /** @param most Utilisation of the event loop, in (0,1], up to which there is room. 1: always. */
  constructor(most: number) {
    this.#most = most;
  }

  /** What of shadows is held back for it; null where none is. */
  get heldBack(): HeldBack | null {
    return this.#share < 1 ? { share: this.#share, reason: 'paused_busy' } : null;
  }

  /** In (0,1]. */
  get share(): number {
    return this.#share;
  }

  /** @param utilization Share of a window in which the loop was not waiting. @param asked Whether a shadow was wanted in it. */
  look(utilization: number, asked: boolean): void {
    if (this.#most >= 1) return;
    this.#busy = utilization > this.#most ? this.#busy + 1 : 0;
    if (this.#busy >= WINDOWS_IN_A_ROW) this.#share = Math.max(LEAST, this.#share * KEPT);
    // A time without calls says nothing of the next one.
    else if (asked && utilization < this.#most * SPARE) this.#share = Math.min(1, this.#share + ADDED);
  }
}
