import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { requirePrivately } from './private-require.js';

const require = createRequire(import.meta.url);

it('loads a package once, however often the queue is tried again, and leaves the host to load its own', () => {
  const first = requirePrivately('ioredis');
  expect(requirePrivately('ioredis')).toBe(first);
  expect(Object.keys(require.cache).some((path) => path.includes('/ioredis/'))).toBe(false);
});
