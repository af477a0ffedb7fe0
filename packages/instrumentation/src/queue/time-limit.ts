import { clearTimeout, setTimeout } from 'node:timers';
import { UnderstudyError } from '../errors.js';

/** The promise's result, or a retryable `queue_timeout` after `ms`. The libraries below wait for ever where a server is silent. */
export async function withTimeLimit<Result>(
  operation: string,
  ms: number,
  run: () => Promise<Result>,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new UnderstudyError('queue_timeout', `the queue gave no answer to ${operation} within ${ms} ms`, {
          retryable: true,
        }),
      );
    }, ms).unref();
  });
  try {
    return await Promise.race([run(), limit]);
  } finally {
    clearTimeout(timer);
  }
}
