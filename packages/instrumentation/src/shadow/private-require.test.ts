import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { requirePrivately } from './private-require.js';

const require = createRequire(import.meta.url);

it('loads a package once, however often the queue is tried again, and leaves the host to load its own', () => {
  const first = requirePrivately('ioredis');
  expect(requirePrivately('ioredis')).toBe(first);
  expect(Object.keys(require.cache).some((path) => path.includes('/ioredis/'))).toBe(false);
});

it('names the package that is missing, and what to do where the service is a bundle', () => {
  expect(() => requirePrivately('@understudy/nothing-of-this-name')).toThrow(
    expect.objectContaining({
      code: 'package_missing',
      message: expect.stringMatching(/`@understudy\/nothing-of-this-name` cannot be found: .+ external/),
    }),
  );
});

it('loads a package, and names one that is missing, where the host has a proxy above its strings', () => {
  const inherited = Object.getPrototypeOf(String.prototype) as object;
  const broken = new Proxy(Object.create(inherited) as object, {
    ownKeys() {
      throw new Error("the host's own");
    },
  });
  Object.setPrototypeOf(String.prototype, broken);
  try {
    expect(requirePrivately('yaml')).toBe(requirePrivately('yaml'));
    expect(() => requirePrivately('@understudy/nothing-of-this-name')).toThrow(/cannot be found/);
  } finally {
    Object.setPrototypeOf(String.prototype, inherited);
  }
});
