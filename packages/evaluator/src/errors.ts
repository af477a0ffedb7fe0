import { UnderstudyError } from '@understudy/instrumentation/trial';

export { ConfigurationError } from '@understudy/instrumentation/experiment';
export { ContractError, UnderstudyError } from '@understudy/instrumentation/trial';

/** The queue or the ledger cannot be reached or used. Trying again may help; `message` says what else does. */
export class StoreError extends UnderstudyError {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super('store', message, { ...options, retryable: true });
  }
}

/** The ledger's tables are not there, or not as this version has them. */
export class SchemaError extends StoreError {}

/** A command was asked for something that is not there: a run, an experiment, an arm. */
export class NotFoundError extends UnderstudyError {
  constructor(message: string) {
    super('not_found', message);
  }
}

/**
 * Why a request by `fetch` got no answer, by codes only: a message may quote an address that is a secret.
 *
 * @param within How long was waited, for people: `5 s`.
 */
export function whyUnanswered(error: unknown, within: string): string {
  const { name, cause } = error as { name?: unknown; cause?: { code?: unknown } };
  if (name === 'TimeoutError') return `no answer within ${within}`;
  return typeof cause?.code === 'string' && /^[A-Z_\d]{1,40}$/.test(cause.code) ? cause.code : 'cannot be reached';
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
