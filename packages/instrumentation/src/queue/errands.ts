import { clearTimeout, setTimeout } from 'node:timers';
import { raised } from '../guard.js';
import type { Isolate } from '../shadow/isolation.js';
import type { QueueConnection } from './queue-connection.js';

/** Something small to be done with the queue's store again and again, beside the batches. */
export interface Errand {
  /** A constant of the code, e.g. `queue.control`. */
  readonly name: string;
  /** From the end of one turn to the next, in milliseconds; asked after each. */
  readonly everyMs: () => number;
  /** Must end by itself: each word with the store has a time limit. */
  run(connection: QueueConnection): Promise<void>;
  /** The turn was not possible: there is no connection, or it failed. */
  missed?(): void;
}

export interface ErrandsOptions {
  readonly errands: readonly Errand[];
  /** The publisher's, where it has one. */
  readonly connection: () => QueueConnection | null;
  readonly isolate: Isolate;
}

/** Runs the errands of a process, each one turn at a time. Holds no process open, and throws nothing. */
export class Errands {
  readonly #options: ErrandsOptions;
  readonly #timers = new Map<Errand, NodeJS.Timeout>();
  #running = false;

  constructor(options: ErrandsOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    for (const errand of this.#options.errands) void this.#turn(errand);
  }

  /** No further turn begins. */
  stop(): void {
    this.#running = false;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** A turn of each now, beside those under way: for the last word before a process ends. Never rejects. */
  async runOnce(): Promise<void> {
    await Promise.all(this.#options.errands.map((errand) => this.#attempt(errand)));
  }

  async #turn(errand: Errand): Promise<void> {
    await this.#attempt(errand);
    if (!this.#running) return;
    this.#options.isolate(() => {
      this.#timers.set(errand, setTimeout(() => void this.#turn(errand), Math.max(1, errand.everyMs())).unref());
    });
  }

  async #attempt(errand: Errand): Promise<void> {
    try {
      const connection = this.#options.connection();
      if (connection === null) errand.missed?.();
      else await errand.run(connection);
    } catch (error) {
      raised(errand.name, error);
      errand.missed?.();
    }
  }
}
