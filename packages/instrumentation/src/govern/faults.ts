import type { ProviderResponse } from '../capture/provider-response.js';

/** Too many requests, unavailable, overloaded: the provider says itself that it is asked too much. */
const OVERLOADED: ReadonlySet<number> = new Set([429, 503, 529]);

/** Other failures in a row, after which a provider is in trouble. Fewer are its usual noise, and shadows did not cause them. */
const IN_A_ROW = 3;

/**
 * Tells a provider in trouble from one that fails now and then.
 *
 * A provider that answers one call in a hundred with a 500 is in no trouble; were shadows to pause for a minute each time, a service of
 * some ten calls a second would have none. Three failures in a row come once in a million of its calls, and after three calls where it is down.
 */
export class Faults {
  readonly #most: number;
  /** Failures since a provider's last answer, by its origin. */
  readonly #inARow = new Map<string, number>();

  /** @param most Providers told apart; those past it are heeded at their first failure. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Shown every answer of a provider to a primary, in the order they come. */
  isTrouble(origin: string, response: ProviderResponse): boolean {
    const { status } = response;
    if (OVERLOADED.has(status)) return true;
    if (status < 500) {
      this.#inARow.delete(origin);
      return false;
    }
    if (response.header('retry-after') !== null) return true;
    const inARow = (this.#inARow.get(origin) ?? 0) + 1;
    if (inARow === 1 && this.#inARow.size >= this.#most) return true;
    this.#inARow.set(origin, Math.min(inARow, IN_A_ROW));
    return inARow >= IN_A_ROW;
  }
}
