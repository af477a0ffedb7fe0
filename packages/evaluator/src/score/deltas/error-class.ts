import type { Leg } from '@understudy/instrumentation/trial';

/** What became of a call, told apart no finer than somebody acts on. */
export type ErrorClass =
  | 'ok'
  | 'aborted'
  | 'missing'
  | 'rate_limited'
  | 'timeout'
  | 'server'
  | 'request'
  | 'credentials'
  | 'connection'
  | 'unreadable'
  | 'other';

/** Types of errors that are no HTTP status, in lower case: the system's words, those of `fetch`, and our own. */
const WORDS: readonly (readonly [ErrorClass, RegExp])[] = [
  ['rate_limited', /rate_?limit|too_?many|overloaded|quota|resource_?exhausted|throttl/],
  ['timeout', /time_?d?_?out|deadline|etimedout/],
  ['credentials', /auth|permission|forbidden|api_?key|unauthenticated/],
  ['unreadable', /unreadable|too_large|unparsable|syntaxerror|decode|encoding/],
  ['connection', /^e[a-z]{3,14}$|econn|socket|network|fetch failed|und_err|typeerror|dns|tls|cert|closed|reset/],
  ['request', /invalid|bad_?request|not_?found|unprocessable|unsupported|context_?length/],
  ['server', /server|internal|unavailable|api_error|bad_?gateway/],
];

/**
 * The class of a call's outcome, by the type of its error (`error.type`): an HTTP status, a code of the system, a name of an error.
 * Example: `429` and `overloaded_error` -> rate_limited; `ECONNRESET` -> connection.
 */
export function errorClass(leg: Leg): ErrorClass {
  return leg.status === 'error' ? classOfError(leg.type) : leg.status;
}

/** The same of the type alone. */
export function classOfError(type: string): ErrorClass {
  return ofType(type.toLowerCase().slice(0, 64));
}

function ofType(type: string): ErrorClass {
  const status = /^[1-5]\d\d$/.test(type) ? Number(type) : null;
  if (status !== null) return ofStatus(status);
  return WORDS.find(([, word]) => word.test(type))?.[0] ?? 'other';
}

function ofStatus(status: number): ErrorClass {
  if (status === 429 || status === 529) return 'rate_limited';
  if (status === 408 || status === 504) return 'timeout';
  if (status === 401 || status === 403) return 'credentials';
  if (status >= 500) return 'server';
  return status >= 400 ? 'request' : 'other';
}
