import { expect, it } from 'vitest';
import type { DispatchedRequest } from './dispatched-request.js';
import { followedHandler } from './followed-handler.js';
import type { RequestObserver } from './observer.js';

const request = { started: () => undefined, over: () => undefined } as unknown as DispatchedRequest;

/** Of a handler, what is followed, and how often a response has been seen. */
function follow<Handler extends object>(handler: Handler): { handler: Handler; seen: number[] } {
  const seen: number[] = [];
  const observer = {
    responded: (status: number) => {
      seen.push(status);
      return null;
    },
    failed: () => undefined,
    unobservable: () => undefined,
  } as unknown as RequestObserver;
  return { handler: followedHandler(handler, request, observer).handler as Handler, seen };
}

const symbol = Symbol('own');

/** One of each kind of member that an object has of its own. */
function literal() {
  const handler = {
    told: [] as unknown[],
    [symbol]: 1,
    onResponseStart(_controller: unknown, status: number) {
      this.told.push(status);
    },
    get onResponseData() {
      return (_controller: unknown, chunk: unknown): void => void this.told.push(chunk);
    },
  };
  return Object.defineProperty(handler, 'hidden', { value: 2, enumerable: false });
}

class Handler {
  readonly #told: unknown[] = [];
  readonly open = true;
  onResponseStart(_controller: unknown, status: number): unknown[] {
    this.#told.push(status);
    return this.#told;
  }
}

it.each<[string, (handler: object) => object]>([
  ['spread', (handler) => ({ ...handler })],
  ['assigned', (handler) => Object.assign({}, handler)],
  ['made of its descriptors', (handler) => Object.defineProperties({}, Object.getOwnPropertyDescriptors(handler))],
])('has in a copy that is %s what a copy of the host handler has', (_, copy) => {
  for (const bare of [literal(), Object.freeze(literal()), new Handler()]) {
    const copied = copy(follow(bare).handler);
    expect(Reflect.ownKeys(copied)).toEqual(Reflect.ownKeys(copy(bare)));
    expect(Object.keys(copied)).toEqual(Object.keys(copy(bare)));
  }
});

it('is followed through a copy, whose members its methods see', () => {
  const bare = literal();
  const { handler, seen } = follow(bare);
  const told: unknown[] = [];
  const copied = { ...handler, told };
  copied.onResponseStart(null, 200);
  expect(seen).toEqual([200]);
  expect(told).toEqual([200]);
  expect(bare.told).toEqual([]);
});

it('is called on the host object itself, which has private members', () => {
  const { handler, seen } = follow(new Handler());
  expect(handler.onResponseStart(null, 200)).toEqual([200]);
  expect(seen).toEqual([200]);
});

it('gives the same method each time, another one once the host has put another in its place, and none once it is gone', () => {
  const { handler } = follow<{ onResponseStart?: (controller: null, status: number) => unknown }>({
    onResponseStart: () => 'first',
  });
  expect(handler.onResponseStart).toBe(handler.onResponseStart);
  handler.onResponseStart = () => 'second';
  expect(handler.onResponseStart(null, 200)).toBe('second');
  delete handler.onResponseStart;
  expect('onResponseStart' in handler).toBe(false);
  expect(handler.onResponseStart).toBeUndefined();
});
