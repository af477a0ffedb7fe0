import { describe, expect, it } from 'vitest';
import { observeController } from './native-controller.js';
import type { BodyObserver } from './observer.js';

interface Told extends BodyObserver {
  readonly told: readonly string[];
}

function observer(): Told {
  const told: string[] = [];
  return {
    told,
    abandonedAfterMs: 1000,
    chunk: (bytes) => told.push(`chunk ${bytes.length}`),
    ended: () => told.push('ended'),
    failed: (error) => told.push(`failed ${String(error)}`),
    cancelled: (reason) => told.push(`cancelled ${String(reason)}`),
    abandoned: () => told.push('abandoned'),
  };
}

function byteStream(): { readonly stream: ReadableStream; readonly controller: ReadableByteStreamController } {
  let controller: ReadableByteStreamController | undefined;
  const stream = new ReadableStream({ type: 'bytes', start: (given) => void (controller = given) });
  if (controller === undefined) throw new Error('a stream starts when it is made');
  return { stream, controller };
}

/** What can be seen of an object from outside: its own keys, and all names that are walked over. */
function seenOf(object: object): unknown {
  const walked: string[] = [];
  // What a host may do with it, inherited names included.
  for (const name in object) walked.push(name);
  return { own: Reflect.ownKeys(object).map(String), walked: walked.toSorted() };
}

const ENDS: readonly (readonly [how: string, told: string, end: (parts: ReturnType<typeof byteStream>) => unknown])[] =
  [
    ['closed', 'ended', ({ controller }) => controller.close()],
    ['failed', 'failed late', ({ controller }) => controller.error('late')],
    ['cancelled', 'cancelled enough', ({ stream }) => stream.cancel('enough')],
  ];

describe('the controller of a stream that is observed', () => {
  it('tells of a chunk, looks as it did, and hands the chunk on', async () => {
    const { stream, controller } = byteStream();
    const before = seenOf(controller);
    const following = observer();
    expect(observeController(stream, following)).toBe(true);
    expect(seenOf(controller)).toEqual(before);
    expect(controller).toBeInstanceOf(ReadableByteStreamController);
    controller.enqueue(new Uint8Array(3));
    expect(following.told).toEqual(['chunk 3']);
    expect((await stream.getReader().read()).value).toHaveLength(3);
  });

  it.each(ENDS)('has its own prototype again once it is %s, and tells nothing more', (_how, told, end) => {
    const parts = byteStream();
    const prototype = Object.getPrototypeOf(parts.controller) as object;
    const isItsOwn = (): boolean => Object.getPrototypeOf(parts.controller) === prototype;
    const following = observer();
    observeController(parts.stream, following);
    expect(isItsOwn()).toBe(false);
    void end(parts);
    expect(isItsOwn()).toBe(true);
    expect(() => parts.controller.enqueue(new Uint8Array(1))).toThrow();
    expect(following.told).toEqual([told]);
  });

  it('leaves alone who has put another prototype before it since', () => {
    const { stream, controller } = byteStream();
    const following = observer();
    observeController(stream, following);
    const theirs = Object.create(Object.getPrototypeOf(controller) as object) as object;
    Object.setPrototypeOf(controller, theirs);
    controller.enqueue(new Uint8Array(2));
    controller.close();
    expect(Object.getPrototypeOf(controller) === theirs).toBe(true);
    expect(following.told).toEqual(['chunk 2', 'ended']);
  });

  it('calls what somebody has put in the place of a method since', () => {
    const { stream, controller } = byteStream();
    const following = observer();
    observeController(stream, following);
    const { prototype } = ReadableByteStreamController;
    const own = Object.getOwnPropertyDescriptor(prototype, 'enqueue') ?? {};
    const theirs: string[] = [];
    Object.defineProperty(prototype, 'enqueue', { ...own, value: () => void theirs.push('theirs') });
    try {
      controller.enqueue(new Uint8Array(4));
    } finally {
      Object.defineProperty(prototype, 'enqueue', own);
    }
    expect([following.told, theirs]).toEqual([['chunk 4'], ['theirs']]);
  });

  it('tells what is called on something that stands for it', () => {
    const { stream, controller } = byteStream();
    const following = observer();
    observeController(stream, following);
    const derived = Object.create(controller) as ReadableByteStreamController;
    derived.enqueue(new Uint8Array(5));
    new Proxy(controller, {}).close();
    expect(following.told).toEqual(['chunk 5', 'ended']);
    expect(Object.getPrototypeOf(controller) === ReadableByteStreamController.prototype).toBe(true);
  });

  it('has methods of the same names and lengths, and gives a getter in their place the controller', () => {
    const { stream, controller } = byteStream();
    const names = ['enqueue', 'close', 'error'] as const;
    const shown = (): unknown => names.map((name) => [controller[name].name, controller[name].length]);
    const before = shown();
    observeController(stream, observer());
    expect(shown()).toEqual(before);

    const { prototype } = ReadableByteStreamController;
    const own = Object.getOwnPropertyDescriptor(prototype, 'close') ?? {};
    const asked: unknown[] = [];
    const get = function (this: unknown): () => void {
      asked.push(this);
      return () => undefined;
    };
    Object.defineProperty(prototype, 'close', { configurable: true, get });
    try {
      controller.close();
    } finally {
      Object.defineProperty(prototype, 'close', own);
    }
    expect(asked.at(-1) === controller).toBe(true);
  });

  it('has them so, and asks no getter for it, where somebody has put a prototype with some of them before its own', () => {
    const { stream, controller } = byteStream();
    let asked = 0;
    const enqueue = (): void => undefined;
    const theirs = Object.create(ReadableByteStreamController.prototype, {
      enqueue: { configurable: true, value: enqueue },
      error: {
        configurable: true,
        get: () => {
          asked += 1;
          return () => undefined;
        },
      },
    }) as object;
    Object.setPrototypeOf(controller, theirs);
    observeController(stream, observer());
    const { close } = controller;
    expect([controller.enqueue.name, controller.enqueue.length]).toEqual([enqueue.name, enqueue.length]);
    expect([close.name, close.length, asked]).toEqual(['close', 0, 0]);
  });

  it('is not observed twice, nor where it has methods of its own', () => {
    const { stream, controller } = byteStream();
    const [first, second] = [observer(), observer()];
    expect(observeController(stream, first)).toBe(true);
    expect(observeController(stream, second)).toBe(false);
    controller.enqueue(new Uint8Array(1));
    expect([first.told, second.told]).toEqual([['chunk 1'], []]);

    const other = byteStream();
    other.controller.enqueue = () => undefined;
    expect(observeController(other.stream, observer())).toBe(false);
  });
});
