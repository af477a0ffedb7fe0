import { expect, it } from 'vitest';
import { within, withTimeLimit } from './time-limit.js';

it('a wait that ends by its limit leaves nothing behind', async () => {
  const waiting = new Set<() => void>();
  const wait = (callback: () => void): (() => void) => {
    waiting.add(callback);
    return () => void waiting.delete(callback);
  };
  await expect(within(1, wait)).resolves.toBe(false);
  expect(waiting.size).toBe(0);
  const waited = within(60_000, wait);
  for (const callback of waiting) callback();
  await expect(waited).resolves.toBe(true);
  await expect(
    within(60_000, (callback) => {
      callback();
      return () => undefined;
    }),
  ).resolves.toBe(true);
});

it('what gives no answer is a failure that may be tried again', async () => {
  const silent = withTimeLimit('add', 1, () => new Promise<never>(() => undefined));
  await expect(silent).rejects.toMatchObject({ code: 'queue_timeout', retryable: true });
});
