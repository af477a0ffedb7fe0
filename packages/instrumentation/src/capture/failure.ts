import { types } from 'node:util';

/** A word fit to be the value of an attribute: short, and of a kind that errors have few of. */
const WORD = /^[\w.-]{1,64}$/;

function wordOf(value: unknown, key: 'code' | 'name'): string | null {
  const word: unknown =
    typeof value === 'object' && value !== null && key in value ? (value as Record<string, unknown>)[key] : null;
  return typeof word === 'string' && WORD.test(word) ? word : null;
}

/** Whether what was thrown is such an error of ours. A function may throw anything: also what throws when it is looked at. */
export function isOurs<Ours extends Error>(error: unknown, kind: new (...given: never[]) => Ours): error is Ours {
  return !types.isProxy(error) && error instanceof kind;
}

/** `error.type` of a request that failed without a response, or of a body that broke off: the system's code if there is one, else the name. */
export function failureType(error: unknown): string {
  return wordsOf(error) ?? '_OTHER';
}

function wordsOf(error: unknown): string | null {
  try {
    const cause: unknown = typeof error === 'object' && error !== null && 'cause' in error ? error.cause : null;
    return wordOf(cause, 'code') ?? wordOf(error, 'code') ?? wordOf(cause, 'name') ?? wordOf(error, 'name');
  } catch {
    // A function may throw anything: what itself throws when it is looked at has no name.
    return null;
  }
}

/** The caller's own deadline (`AbortSignal.timeout`) is a failure of the call, unlike an abort, which is a wish of the caller. */
export function isTimeout(error: unknown): boolean {
  try {
    return wordOf(error, 'name') === 'TimeoutError';
  } catch {
    return false;
  }
}
