import { diag, DiagLogLevel } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { experiment, startService } from '../integration/service-harness.js';

// In a file of its own: it cannot be undone.
test('a frozen fetch stays as it is, and what to do about it is said once', async () => {
  const warnings: string[] = [];
  const none = (): void => undefined;
  const logger = {
    error: none,
    info: none,
    debug: none,
    verbose: none,
    warn: (text: string) => void warnings.push(text),
  };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const { fetch: frozen } = globalThis;
  Object.defineProperty(globalThis, 'fetch', { value: frozen, configurable: false, writable: false });
  await using service = startService({ experiments: [experiment()], queueUrl: 'redis://127.0.0.1:1' });
  service.understudy.disable();
  service.understudy.enable();
  expect(globalThis.fetch).toBe(frozen);
  expect(warnings.filter((warning) => warning.includes('frozen'))).toEqual([
    expect.stringContaining('understudy.fetch'),
  ]);
});
