import { UnderstudyError } from '@understudy/instrumentation/trial';

export { ConfigurationError } from '@understudy/instrumentation/experiment';
export { ContractError, UnderstudyError } from '@understudy/instrumentation/trial';

/** The queue or the ledger cannot be reached or used. Trying again may help; `message` says what else does. */
export class StoreError extends UnderstudyError {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super('store', message, { ...options, retryable: true });
  }
}

/** A command was asked for something that is not there: a run, an experiment, an arm. */
export class NotFoundError extends UnderstudyError {
  constructor(message: string) {
    super('not_found', message);
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
