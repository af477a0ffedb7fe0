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

/**
 * True once the callback is called, false after `ms`. Then nothing of the wait is left behind: somebody may wait again and again for
 * what never comes.
 *
 * @param wait Registers the callback and gives back what takes it away again.
 */
export async function within(ms: number, wait: (callback: () => void) => () => void): Promise<boolean> {
  return await new Promise((resolve) => {
    const timer = setTimeout(() => {
      forget();
      resolve(false);
    }, ms);
    const forget = wait(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
