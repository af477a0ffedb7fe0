import type { Clock } from '../capture/clock.js';
import type { QueueConnection } from './queue-connection.js';

/** Between two looks at the queue, in milliseconds. */
const LOOK_INTERVAL_MS = 5000;
/** A store that evicts or refuses at its memory limit deadlocks its workers: stay well below. */
const MAX_MEMORY_SHARE = 0.6;
/** Weight of the newest batch in the running mean of their sizes. */
const NEWEST = 0.1;

/** Watches how much lies in the queue. While it is full, nothing but heartbeats is put on it. */
export class Backlogged {
  readonly #maxBytes: number;
  readonly #clock: Clock;
  #lookedAt = -Infinity;
  #meanBytes = 0;
  #full = false;

  constructor(maxBytes: number, clock: Clock) {
    this.#maxBytes = maxBytes;
    this.#clock = clock;
  }

  get isFull(): boolean {
    return this.#full;
  }

  /** Notes the size of a batch that was sent. */
  sent(bytes: number): void {
    this.#meanBytes = this.#meanBytes === 0 ? bytes : this.#meanBytes + NEWEST * (bytes - this.#meanBytes);
  }

  /** Looks again, where the last look is a while ago. */
  async look(connection: QueueConnection): Promise<void> {
    const now = this.#clock.elapsed();
    if (now - this.#lookedAt < LOOK_INTERVAL_MS) return;
    this.#lookedAt = now;
    const { waiting, memoryShare } = await connection.backlog();
    this.#full = waiting * this.#meanBytes > this.#maxBytes || (memoryShare !== null && memoryShare > MAX_MEMORY_SHARE);
  }
}
