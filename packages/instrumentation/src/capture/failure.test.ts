import { expect, test } from 'vitest';
import { failureType, isTimeout } from './failure.js';

const throws = (): never => {
  throw new Error('made to throw');
};
const hostile: readonly unknown[] = [
  new Proxy({}, { get: throws, has: throws, getPrototypeOf: throws }),
  Proxy.revocable({}, {}).proxy,
  {
    get code(): never {
      return throws();
    },
  },
  null,
  undefined,
  1n,
  Symbol('made up'),
];

test('what was thrown may be anything', () => {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  for (const error of [...hostile, revoked.proxy]) {
    expect(failureType(error)).toBe('_OTHER');
    expect(isTimeout(error)).toBe(false);
  }
});

test("the system's code comes before the name", () => {
  expect(failureType(new TypeError('x', { cause: Object.assign(new Error('y'), { code: 'ECONNRESET' }) }))).toBe(
    'ECONNRESET',
  );
  expect(failureType(new TypeError('x'))).toBe('TypeError');
});
