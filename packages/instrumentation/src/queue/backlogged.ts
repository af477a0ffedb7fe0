import type { Clock } from '../capture/clock.js';
import type { QueueConnection, StoreMemory } from './queue-connection.js';

/** The longest time between two looks at the queue, in milliseconds. */
const LOOK_INTERVAL_MS = 5000;
/** Share of the store's memory that may be in use: one that evicts or refuses at its limit deadlocks its workers, so stay well below. */
const TRIALS_SHARE = 0.6;
/** Beyond this share not even heartbeats are sent: those of many processes, over days, fill a small store by themselves. */
const HEARTBEAT_SHARE = 0.7;
/** What is left is divided among at least so many, and at most; clients of the store that are no producers count, too. */
const SHARERS = { least: 8, most: 1024 } as const;
/** A share smaller than this, in bytes, is none. */
const LEAST_ROOM = 16 * 1024;
/** For so long (ms) the same batch is the next one: nobody takes any, since an evaluator that is far behind takes many in that time. */
const STUCK_MS = 30_000;
/** Weight of the newest batch in the running mean of their sizes. */
const NEWEST = 0.1;

/**
 * Watches how much lies in the queue. While it is full, nothing but heartbeats is put on it, and nothing at all while the store's memory
 * is nearly used up.
 *
 * Each process judges for itself, from a look before each batch of trials, and takes no more than its part of what is left: so all of
 * them together stay below the limit, however fast they are and however many look at the same moment.
 */
export class Backlogged {
  readonly #maxBytes: number;
  readonly #clock: Clock;
  #lookedAt = -Infinity;
  #meanBytes = 0;
  #full = false;
  #left = Infinity;
  #room = Infinity;
  #brimming = false;
  #waiting = 0;
  #next: { readonly id: string; readonly since: number } | null = null;
  #evicts: string | null = null;

  constructor(maxBytes: number, clock: Clock) {
    this.#maxBytes = maxBytes;
    this.#clock = clock;
  }

  get isFull(): boolean {
    return this.#full;
  }

  /** Nothing may be sent, heartbeats included. */
  get isBrimming(): boolean {
    return this.#brimming;
  }

  /** So many batches wait, and nobody takes any; 0: they are taken, or it is too early to tell. */
  get stuck(): number {
    const since = this.#next?.since ?? Infinity;
    return this.#clock.elapsed() - since >= STUCK_MS ? this.#waiting : 0;
  }

  /** How the store's keys are evicted when it is full; null: they are not. */
  get evicts(): string | null {
    return this.#evicts;
  }

  /** Bytes the next batch may have; one trial alone, if need be, as many as are `left` to all. */
  get room(): number {
    return this.#room;
  }

  get left(): number {
    return this.#left;
  }

  /** Notes the size of a batch that was sent. */
  sent(bytes: number): void {
    // Of a full queue the next ones are heartbeats: their size says nothing of what fills it.
    if (this.#full) return;
    this.#meanBytes = this.#meanBytes === 0 ? bytes : this.#meanBytes + NEWEST * (bytes - this.#meanBytes);
  }

  /** Looks again, where the last look is a while ago, or where there are trials to be sent. */
  async look(connection: Pick<QueueConnection, 'backlog'>, trials: boolean): Promise<void> {
    const now = this.#clock.elapsed();
    if (!trials && now - this.#lookedAt < LOOK_INTERVAL_MS) return;
    const { waiting, next, memory } = await connection.backlog();
    this.#lookedAt = now;
    if (typeof next !== 'string') this.#next = null;
    else if (this.#next?.id !== next) this.#next = { id: next, since: now };
    this.#waiting = waiting;
    this.#evicts = memory?.evicts ?? null;
    this.#left = memory === null ? Infinity : TRIALS_SHARE * memory.limitBytes - memory.usedBytes;
    this.#room = memory === null ? Infinity : this.#left / sharersIn(memory);
    this.#brimming = memory !== null && memory.usedBytes > HEARTBEAT_SHARE * memory.limitBytes;
    this.#full = waiting * this.#meanBytes > this.#maxBytes || this.#room < LEAST_ROOM;
  }
}

function sharersIn({ clients }: StoreMemory): number {
  return Math.min(SHARERS.most, Math.max(SHARERS.least, clients));
}
