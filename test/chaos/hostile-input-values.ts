import { throwing } from './hostile-input-hooks.js';

class Account {
  readonly #secret = 1;

  get secret(): number {
    return this.#secret;
  }
}

/** What a program may hand around, and what a walk over it stumbles at. */
export const VALUES: Readonly<Record<string, () => unknown>> = {
  'a text': () => 'text',
  nothing: () => undefined,
  null: () => null,
  'half a character': () => ({ '\udc00': 'a\ud800b' }),
  'NUL, line ends, signs of direction': () => 'a\0\r\nb\u202e\u2066',
  'a huge text': () => 'x'.repeat(8 * 1024 * 1024),
  NaN: () => [Number.NaN, Infinity, -0],
  BigInt: () => ({ one: 1n }),
  'a symbol': () => Symbol('made up'),
  'a function': () => () => 'made up',
  'a frozen object': () => Object.freeze({ list: Object.freeze([1, 2]) }),
  'a sealed, empty prototype': () => Object.seal(Object.assign(Object.create(null) as object, { a: 1 })),
  'an object that contains itself': () => {
    const one: Record<string, unknown> = { a: 1 };
    one['one'] = one;
    return one;
  },
  'a list that contains itself': () => {
    const one: unknown[] = [];
    one.push(one);
    return one;
  },
  '100,000 levels': () => {
    let one: object = {};
    for (let level = 0; level < 100_000; level += 1) one = { one };
    return one;
  },
  'a million entries': () => Array.from({ length: 1_000_000 }, (_, index) => index),
  'a list with holes': () => Object.assign([], { length: 2 ** 31 }),
  'a proxy that throws': () => throwing(),
  'a function that throws when it is looked at': () => throwing(() => 1),
  'a revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  'a getter that throws': () => ({
    get one(): never {
      throw new Error('made to throw');
    },
  }),
  'a `toJSON` that throws': () => ({
    toJSON() {
      throw new Error('made to throw');
    },
  }),
  'a `toJSON` that gives itself': () => {
    const one = { toJSON: (): unknown => one };
    return one;
  },
  'a `Symbol.iterator` that throws': () => ({
    get [Symbol.iterator](): never {
      throw new Error('made to throw');
    },
  }),
  'a `Symbol.toPrimitive` that throws': () => ({
    [Symbol.toPrimitive]() {
      throw new Error('made to throw');
    },
  }),
  'fields of a prototype': () => JSON.parse('{"__proto__":{"baseUrl":"x"},"constructor":{"prototype":{}}}') as unknown,
  'an object of a class': () => new Account(),
  'a map, a set, a date': () => [new Map([[{}, 1]]), new Set([1]), new Date(Number.NaN)],
  'detached bytes': () => {
    const bytes = new Uint8Array(8);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    return bytes;
  },
  'an error with a cause that is itself': () => {
    const error = new Error('made up');
    error.cause = error;
    return error;
  },
  'a weak map': () => new WeakMap(),
};
