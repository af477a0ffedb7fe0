import { UnderstudyError } from '@understudy/instrumentation/trial';

/** The database cannot be reached or cannot answer now. The same call will succeed once it can. */
export class LedgerUnavailable extends UnderstudyError {
  constructor(cause: unknown) {
    super('ledger_unavailable', `the ledger's database cannot be used now: ${messageOf(cause)}`, {
      cause,
      retryable: true,
    });
  }
}

/** Another evaluator holds the lease: what was about to be written is its business now. */
export class LeaseLost extends UnderstudyError {
  constructor(holder: string) {
    super('lease_lost', `the lease is no longer held by ${holder}`, { retryable: true });
  }
}

/**
 * True for whatever comes from the database and is not about the data itself: away, full, locked, a table or a right missing.
 * None of that is a batch's fault, so no batch may be put aside for it.
 */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string' && (NETWORK.has(code) || SQLSTATE.test(code))) return true;
  return CLIENT_MESSAGE.test(error.message);
}

const NETWORK: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Every SQLSTATE but those that say what is wrong with the data: cardinality, data exception, integrity. */
const SQLSTATE = /^(?!21|22|23)[0-9A-Z]{5}$/;

/** The errors of the client library that carry no code. */
const CLIENT_MESSAGE =
  /^(Connection terminated|Query read timeout|timeout exceeded|timeout expired|Client has encountered)/;

function messageOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) return messageOf(cause.errors[0]);
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
