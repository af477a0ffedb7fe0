/** In this time half of what was learnt is forgotten, in milliseconds. */
const HALF_LIFE_MS = 600_000;
/** No call is taken for more than so many times its estimate: one wrong count must not stop everything. */
export const MOST_TIMES: number = 100;

/**
 * How much more calls of one kind cost than they were taken to cost at the most: 1 as long as none does. A provider that counts tokens
 * nobody asked for, or answers past its limit, is learnt from its first call.
 */
export class Scale {
  #excess = 0;
  #at = 0;

  /** The factor for calls to come. */
  factor(at: number): number {
    return 1 + this.#excess * 2 ** (-Math.max(0, at - this.#at) / HALF_LIFE_MS);
  }

  /** A call that was estimated at `estimate`, unscaled, has cost `real`. */
  learn(estimate: number, real: number, at: number): void {
    const ratio = estimate > 0 ? real / estimate : real > 0 ? MOST_TIMES : 1;
    this.#excess = Math.max(this.factor(at), Math.min(MOST_TIMES, ratio)) - 1;
    this.#at = at;
  }
}
