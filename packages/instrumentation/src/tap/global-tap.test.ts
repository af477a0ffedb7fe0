import { afterEach, beforeEach, expect, test } from 'vitest';
import { globalTap } from './global-tap.js';
import { canObserveControllers } from './native-controller.js';

const native = Object.getOwnPropertyDescriptor(globalThis, 'fetch') as PropertyDescriptor;
let looked = 0;
const tap = globalTap(() => {
  looked += 1;
  return null;
});
const original = (async () => new Response(null)) as typeof fetch;

beforeEach(() => {
  looked = 0;
  globalThis.fetch = original;
});
afterEach(() => {
  tap.uninstall();
  Object.defineProperty(globalThis, 'fetch', native);
});

test('this Node shows the controllers of its streams', () => expect(canObserveControllers()).toBe(true));

test('installing twice wraps once, and uninstalling puts everything back as it was', async () => {
  Object.defineProperty(globalThis, 'fetch', native);
  tap.install();
  const { fetch: tapped } = globalThis;
  tap.install();
  expect(globalThis.fetch).toBe(tapped);
  expect(tap.installed).toBe(true);
  tap.uninstall();
  tap.uninstall();
  expect(Object.getOwnPropertyDescriptor(globalThis, 'fetch')).toEqual(native);
});

test('a wrapper that came later stays, and ours goes inert under it', async () => {
  tap.install();
  const ours = globalThis.fetch;
  const later = ((...args: Parameters<typeof fetch>) => ours(...args)) as typeof fetch;
  globalThis.fetch = later;
  await fetch('http://a.test');
  expect(looked).toBe(1);
  tap.uninstall();
  expect(globalThis.fetch).toBe(later);
  await fetch('http://a.test');
  expect(looked).toBe(1);
});

test('installed again over such a wrapper, each request is looked at once', async () => {
  tap.install();
  const ours = globalThis.fetch;
  const later = ((...args: Parameters<typeof fetch>) => ours(...args)) as typeof fetch;
  globalThis.fetch = later;
  tap.uninstall();
  tap.install();
  await fetch('http://a.test');
  expect(looked).toBe(1);
  tap.uninstall();
  expect(globalThis.fetch).toBe(later);
});

test('a fetch that nobody may wrap is left alone, and that is said once with what to do', () => {
  const said: string[] = [];
  const refused = globalTap(
    () => null,
    (message) => void said.push(message),
  );
  Reflect.deleteProperty(globalThis, 'fetch');
  refused.install();
  refused.install();
  expect(refused.installed).toBe(false);
  expect(said).toEqual([expect.stringContaining('`understudy.fetch`')]);
});
