import { AsyncLocalStorage } from 'node:async_hooks';

/** `ours`: what this package sends itself. `tapped`: what the host sends and a tap has already seen. */
export type Scope = 'ours' | 'tapped';

/** Our own storage, so that nobody's context manager can lose it. A synchronous flag would be gone by the first redirect. */
const storage = new AsyncLocalStorage<Scope | null>();

/** Runs something of our own, whose requests no tap must see: a shadow's, a flush. */
export function runUntapped<Result>(run: () => Result): Result {
  return storage.run('ours', run);
}

/** Runs what a tapped request does inside, so that a call through several taps is counted once. */
export function runTapped<Result>(run: () => Result): Result {
  return storage.run('tapped', run);
}

/** Runs a callback of the host from inside a tapped request: what it sends is a request of its own. */
export function runOutside<Result>(run: () => Result): Result {
  return storage.run(null, run);
}

/** What the work under way is a part of; `null`: of the host alone. */
export function scope(): Scope | null {
  return storage.getStore() ?? null;
}

export function isUntapped(): boolean {
  return scope() !== null;
}
