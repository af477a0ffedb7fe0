import { AsyncLocalStorage } from 'node:async_hooks';

/** Our own storage, so that nobody's context manager can lose it. A synchronous flag would be gone by the first redirect. */
const storage = new AsyncLocalStorage<true>();

/**
 * Runs something whose requests the tap must not see: a shadow's, and whatever a tapped fetch does inside, so that a call through
 * several wrappers is counted once.
 */
export function runUntapped<Result>(run: () => Result): Result {
  return storage.run(true, run);
}

export function isUntapped(): boolean {
  return storage.getStore() === true;
}
