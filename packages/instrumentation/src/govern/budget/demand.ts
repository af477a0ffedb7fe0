/** How long ago money asked for still counts as much as half, in milliseconds. */
const HALF_LIFE_MS = 2000;
const MEAN_LIFE_MS = HALF_LIFE_MS / Math.LN2;
/** The largest single call is that of at least so long, at most twice; of the time before where there is none. */
const LARGEST_MS = 30_000;

/** What calls have asked for lately, started or not: how large a lease has to be. */
export class Demand {
  #sum = 0;
  #at = 0;
  #largest: [now: number, before: number] = [0, 0];
  #turnedAt = 0;
  #calledAt = -Infinity;

  add(amount: number, at: number): void {
    this.#sum = this.#faded(at) + amount;
    this.#at = at;
    this.#calledAt = at;
    this.#turn(at);
    this.#largest[0] = Math.max(this.#largest[0], amount);
  }

  /** Money a millisecond. */
  rate(at: number): number {
    return this.#faded(at) / MEAN_LIFE_MS;
  }

  /** The largest single amount of late; 0 where nothing was ever asked for. */
  largest(at: number): number {
    this.#turn(at);
    return Math.max(...this.#largest);
  }

  /** Milliseconds since something was asked for; infinite where nothing was. */
  idle(at: number): number {
    return at - this.#calledAt;
  }

  #faded(at: number): number {
    return this.#sum * 2 ** (-Math.max(0, at - this.#at) / HALF_LIFE_MS);
  }

  #turn(at: number): void {
    if (at - this.#turnedAt < LARGEST_MS) return;
    // A service that is called once an hour must find its money there.
    if (this.#largest[0] > 0) this.#largest = [0, this.#largest[0]];
    this.#turnedAt = at;
  }
}
