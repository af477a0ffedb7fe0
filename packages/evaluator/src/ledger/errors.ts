import { UnderstudyError } from '@understudy/instrumentation/trial';

/** The database cannot be reached or cannot answer now. The same call will succeed once it can. */
export class LedgerUnavailable extends UnderstudyError {
  constructor(cause: unknown) {
    super('ledger_unavailable', `the ledger's database does not answer: ${messageOf(cause)}`, {
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

/** True where the database was away, shutting down, out of resources or in conflict with itself: never for bad data. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string' && (NETWORK.has(code) || SQLSTATE.test(code))) return true;
  return CLIENT_MESSAGE.test(error.message);
}

/** True where the database refused the data itself (SQLSTATE classes 22 and 23): repeating cannot help. */
export function isRefusedData(error: unknown): boolean {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && /^(22|23)[0-9A-Z]{3}$/.test(code);
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

/** Connection, transaction rollback, resources, shutdown, lock not available, internal I/O. */
const SQLSTATE = /^(08|40|53|57|58)[0-9A-Z]{3}$|^55P03$|^25P0[23]$/;

/** The errors of the client library that carry no code. */
const CLIENT_MESSAGE =
  /^(Connection terminated|Query read timeout|timeout exceeded|timeout expired|Client has encountered)/;

function messageOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) return messageOf(cause.errors[0]);
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
