/** How long ago money asked for still counts as much as half, in milliseconds. */
const HALF_LIFE_MS = 2000;
const MEAN_LIFE_MS = HALF_LIFE_MS / Math.LN2;
/** The largest and the smallest call are those of at least so long, at most twice; of the time before where there is none. */
const RANGE_MS = 30_000;

interface Range {
  readonly least: number;
  readonly most: number;
}

const NONE: Range = { least: Infinity, most: 0 };

/** What calls have asked for lately, started or not: how large a lease has to be. */
export class Demand {
  #sum = 0;
  #at = 0;
  #range: Range = NONE;
  #rangeBefore: Range = NONE;
  #turnedAt = 0;
  #calledAt = -Infinity;

  add(amount: number, at: number): void {
    this.#sum = this.#faded(at) + amount;
    this.#at = at;
    this.#calledAt = at;
    this.#turn(at);
    this.#range = { least: Math.min(this.#range.least, amount), most: Math.max(this.#range.most, amount) };
  }

  /** Money a millisecond. */
  rate(at: number): number {
    return this.#faded(at) / MEAN_LIFE_MS;
  }

  /** The largest single amount of late; 0 where nothing was ever asked for. */
  largest(at: number): number {
    this.#turn(at);
    return Math.max(this.#range.most, this.#rangeBefore.most);
  }

  /** The smallest one of late; 0 as well. */
  smallest(at: number): number {
    this.#turn(at);
    const least = Math.min(this.#range.least, this.#rangeBefore.least);
    return least === Infinity ? 0 : least;
  }

  /** Milliseconds since something was asked for; infinite where nothing was. */
  idle(at: number): number {
    return at - this.#calledAt;
  }

  #faded(at: number): number {
    return this.#sum * 2 ** (-Math.max(0, at - this.#at) / HALF_LIFE_MS);
  }

  #turn(at: number): void {
    if (at - this.#turnedAt < RANGE_MS) return;
    // A service that is called once an hour must find its money there.
    if (this.#range !== NONE) this.#rangeBefore = this.#range;
    this.#range = NONE;
    this.#turnedAt = at;
  }
}
