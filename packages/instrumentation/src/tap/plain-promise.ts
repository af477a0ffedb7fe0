import { types } from 'node:util';

/** A promise as the language makes it, of any realm. One with methods of its own would lose them by being derived. */
export function isPlainPromise(value: unknown): value is Promise<unknown> {
  if (!types.isPromise(value) || Object.getOwnPropertyNames(value).length > 0) return false;
  const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null;
  return prototype?.constructor?.name === 'Promise';
}
