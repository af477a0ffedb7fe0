/** A request that waits longer for a connection is not recognised any more: it was given up, or never came to undici (a mock). */
const REMEMBERED_MS = 60_000;

/** Different paths at a time. A service has a few; a path that holds ids must not fill the memory. */
const MAX_PATHS = 200;

/**
 * How many requests of each kind were seen by a tap and are yet to be made.
 *
 * Two generations, exchanged as time goes by: nothing is remembered longer than twice the time, and no timer is needed.
 */
export class ExpectedRequests {
  readonly #now: () => number;
  #fresh = new Map<string, number>();
  #old = new Map<string, number>();
  #since: number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#since = now();
  }

  add(method: string, path: string): void {
    this.#age();
    const key = `${method} ${path}`;
    if (this.#fresh.size >= MAX_PATHS && !this.#fresh.has(key)) return;
    this.#fresh.set(key, (this.#fresh.get(key) ?? 0) + 1);
  }

  /** Whether one was expected; it is not any more. */
  take(method: string, path: string): boolean {
    this.#age();
    const key = `${method} ${path}`;
    return takeOne(this.#old, key) || takeOne(this.#fresh, key);
  }

  #age(): void {
    const now = this.#now();
    const generations = Math.floor((now - this.#since) / REMEMBERED_MS);
    if (generations < 1) return;
    this.#since = now;
    this.#old = generations === 1 ? this.#fresh : new Map<string, number>();
    this.#fresh = new Map();
  }
}

function takeOne(counts: Map<string, number>, key: string): boolean {
  const count = counts.get(key);
  if (count === undefined) return false;
  if (count === 1) counts.delete(key);
  else counts.set(key, count - 1);
  return true;
}
