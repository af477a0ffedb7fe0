import { expect, it } from 'vitest';
import { copyOf, NotCopied } from './copy.js';

class Session {}

it('copies what can be copied, and shares none of it', () => {
  const bytes = Buffer.from('abc');
  const circle: Record<string, unknown> = { list: [1, { a: 'b' }], nothing: undefined, none: null, big: 2n };
  circle['self'] = circle;
  const value = {
    circle,
    bytes,
    floats: new Float32Array([1, 2]),
    map: new Map([[{ key: 1 }, new Set([['x']])]]),
    at: new Date(5),
    url: new URL('https://a.example/b'),
    bare: Object.assign(Object.create(null) as object, { c: 1 }),
  };
  const copied = copyOf(value);
  expect(copied).toEqual(value);
  expect(copied.circle['self']).toBe(copied.circle);
  for (const key of Object.keys(value) as (keyof typeof value)[]) expect(copied[key]).not.toBe(value[key]);
  bytes[0] = 0;
  expect(copied.bytes.toString()).toBe('abc');
  expect(Buffer.isBuffer(copied.bytes)).toBe(true);
});

it.each([
  ['a function', { a: [() => undefined] }, 'a function'],
  ['an object of a class', [new Session()], 'an object of the class Session'],
  ['a signal', { signal: new AbortController().signal }, 'an object of the class AbortSignal'],
  ['a promise', Promise.resolve(), 'an object of the class Promise'],
])('refuses %s', (_name, value, what) => {
  expect(() => copyOf(value)).toThrow(NotCopied);
  expect(() => copyOf(value)).toThrow(`${what} cannot be copied`);
});

it('refuses what is too deep, and takes `__proto__` for a field', () => {
  let deep: unknown = 1;
  for (let level = 0; level < 1e5; level += 1) deep = [deep];
  expect(() => copyOf(deep)).toThrow('more than 128 levels');
  const copied = copyOf(JSON.parse('{"__proto__":{"admin":true}}') as object);
  expect(Reflect.get(copied, 'admin')).toBeUndefined();
  expect(Object.keys(copied)).toEqual(['__proto__']);
});

it('copies the bytes of a view, and not what it is a view of', () => {
  const memory = new ArrayBuffer(1_000_000);
  const shared = new Float64Array(new SharedArrayBuffer(16)).fill(0.5);
  const [bytes, data, own] = copyOf([new Uint8Array(memory, 8, 4), new DataView(memory, 8, 4), shared] as const);
  expect([bytes.constructor, data.constructor, own.constructor]).toEqual([Uint8Array, DataView, Float64Array]);
  expect([bytes.buffer.byteLength, data.buffer.byteLength, own.buffer.byteLength]).toEqual([4, 4, 16]);
  expect(own.buffer).toBeInstanceOf(ArrayBuffer);
  expect([...own]).toEqual([0.5, 0.5]);
});

it.each([
  ['a list without end', Object.assign([], { length: 2 ** 32 - 1 }), 'more than 100000 entries'],
  ['a large list in pieces', Array.from({ length: 400 }, () => Array.from({ length: 400 }, Number)), 'entries'],
  ['a large map', new Map(Array.from({ length: 60_000 }, (_, key) => [key, key])), 'entries'],
  ['large bytes', [Buffer.alloc(2 ** 23), new ArrayBuffer(2 ** 23), new Uint8Array(1)], 'more than 16777216 bytes'],
])('refuses what the host would wait for: %s', (_name, value, what) => {
  expect(() => copyOf(value)).toThrow(NotCopied);
  expect(() => copyOf(value)).toThrow(what);
});
