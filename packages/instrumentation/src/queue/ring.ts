import { askedBytes, contentBytes, legBytes } from '../trial/size.js';
import type { Trial } from '../trial/trial.js';

export interface RingLimits {
  readonly maxTrials: number;
  readonly maxBytes: number;
}

/** A trial that waits to be published, and how large it is. */
export interface Waiting<Item> {
  readonly item: Item;
  readonly bytes: number;
}

/**
 * What waits to be published, first in, first out, bounded by count and bytes. Full, it refuses the newest: the earlier slices stay
 * whole, and slices are closed in order.
 */
export class Ring<Item> {
  readonly #limits: RingLimits;
  #waiting: Waiting<Item>[] = [];
  #bytes = 0;

  constructor(limits: RingLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#waiting.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isFull(): boolean {
    return this.#waiting.length >= this.#limits.maxTrials || this.#bytes >= this.#limits.maxBytes;
  }

  /** Bytes of the one that is taken next; 0 where none waits. */
  get nextBytes(): number {
    return this.#waiting[0]?.bytes ?? 0;
  }

  /** False where there is no room. */
  push(item: Item, bytes: number): boolean {
    if (this.#waiting.length >= this.#limits.maxTrials || this.#bytes + bytes > this.#limits.maxBytes) return false;
    this.#waiting.push({ item, bytes });
    this.#bytes += bytes;
    return true;
  }

  /** Takes the first ones: at most `maxItems`, and at most `maxBytes` unless the first alone is larger. */
  take(maxItems: number, maxBytes: number): readonly Item[] {
    let bytes = 0;
    let count = 0;
    for (const each of this.#waiting) {
      if (count === maxItems || (count > 0 && bytes + each.bytes > maxBytes)) break;
      bytes += each.bytes;
      count += 1;
    }
    this.#bytes -= bytes;
    return this.#waiting.splice(0, count).map(({ item }) => item);
  }

  [Symbol.iterator](): Iterator<Item> {
    return this.#waiting.map(({ item }) => item)[Symbol.iterator]();
  }
}

/** About how many bytes a trial is as JSON: cheap, and never much too little. */
export function trialBytes(trial: Trial): number {
  const legs = Object.values(trial.legs);
  const answers = [trial.primary, ...legs].reduce((bytes, leg) => bytes + legBytes(leg), 0);
  return 512 + 512 * legs.length + contentBytes(trial.input) + askedBytes(trial.asked) + answers;
}
