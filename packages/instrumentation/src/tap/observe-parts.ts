import { guard } from '../guard.js';
import type { BodyObserver } from './observer.js';
import { Once } from './once.js';

/** What follows one stream of objects: parts, then one of the others, once. */
export interface PartObserver extends Omit<BodyObserver, 'chunk'> {
  /** Seen before it is handed on. Not to be changed. */
  part(value: unknown): void;
}

type Method = (...args: unknown[]) => unknown;
type Read = Promise<{ readonly done?: boolean; readonly value?: unknown }>;

/** The observer of one stream: fenced, settled once, and let go of then. */
class Watch {
  readonly #once: Once;
  #observer: PartObserver | null;

  constructor(observer: PartObserver) {
    this.#observer = observer;
    const settle = (tell: () => void): void => {
      this.#observer = null;
      tell();
    };
    this.#once = new Once({
      abandonedAfterMs: observer.abandonedAfterMs,
      chunk: () => undefined,
      ended: () => settle(() => observer.ended()),
      failed: (error) => settle(() => observer.failed(error)),
      cancelled: (reason) => settle(() => observer.cancelled(reason)),
      abandoned: () => settle(() => observer.abandoned()),
    });
  }

  expectReading(held: () => boolean): void {
    this.#once.expectReading(held);
  }

  cancelled(reason: unknown): void {
    this.#once.cancelled(reason);
  }

  abandoned(): void {
    this.#once.abandoned();
  }

  /**
   * Derived from the reader's own promise, so that a rejection stays the reader's to handle: by one `then`, which is one turn of the
   * microtask queue, where an async function would take several.
   */
  read(result: Read): Read {
    return result.then(
      (given) => {
        if (given.done === true) this.#once.ended();
        else this.#part(given.value);
        return given;
      },
      (error: unknown) => {
        this.#once.failed(error);
        throw error;
      },
    );
  }

  #part(value: unknown): void {
    this.#once.moved();
    guard('tap.part', () => this.#observer?.part(value));
  }
}

/**
 * Follows a stream of objects, such as a model's stream parts, through its own reading methods: the stream stays the object it is,
 * nothing is read ahead, and cancel passes through. (The controller of a transformed stream shows nothing: its parts never go through
 * the controller's methods.)
 *
 * What pipes the stream takes no method that could be followed, so it is given the parts through a stream of ours that holds none.
 */
export function observeParts(stream: ReadableStream<unknown>, observer: PartObserver): void {
  const watch = new Watch(observer);
  if (stream.locked) return watch.abandoned();
  const inherited = stream.getReader.bind(stream) as () => ReadableStreamDefaultReader<unknown>;
  define(
    stream,
    'getReader',
    (method) =>
      (...args) =>
        follow(method(...args) as object, 'read', 'cancel', watch),
  );
  for (const name of ['values', Symbol.asyncIterator]) {
    define(
      stream,
      name,
      (method) =>
        (...args) =>
          follow(method(...args) as object, 'next', 'return', watch),
    );
  }
  define(stream, 'cancel', (method) => (...args) => {
    if (!stream.locked) watch.cancelled(args[0]);
    return method(...args);
  });
  for (const name of ['pipeThrough', 'pipeTo', 'tee'] as const) {
    define(stream, name, (method) => (...args) => {
      if (stream.locked) return method(...args);
      return Reflect.apply(ReadableStream.prototype[name] as Method, passed(inherited(), watch), args);
    });
  }
  watch.expectReading(heldWeakly(new WeakRef(stream)));
}

/** The parts of a reader as a stream that holds none: it asks for one when it is asked for one. */
function passed(reader: ReadableStreamDefaultReader<unknown>, watch: Watch): ReadableStream<unknown> {
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await watch.read(reader.read());
        if (done !== true) return controller.enqueue(value);
        reader.releaseLock();
        controller.close();
      },
      async cancel(reason) {
        watch.cancelled(reason);
        await reader.cancel(reason).finally(() => reader.releaseLock());
      },
    },
    { highWaterMark: 0 },
  );
}

/** A reader and an iterator are one thing under two pairs of names: one method gives the next part, one gives up. */
function follow(source: object, next: string, leave: string, watch: Watch): object {
  define(
    source,
    next,
    (method) =>
      (...args) =>
        watch.read(method(...args) as Read),
  );
  define(source, leave, (method) => (...args) => {
    watch.cancelled(args[0]);
    return method(...args);
  });
  return source;
}

/** Puts a method of our own before an inherited one, so that neither keys nor inspection show it. */
function define(target: object, name: string | symbol, replace: (method: Method) => Method): void {
  const inherited: unknown = Reflect.get(target, name);
  if (typeof inherited !== 'function') return;
  const value = replace((...args) => Reflect.apply(inherited as Method, target, args));
  Object.defineProperty(target, name, { configurable: true, writable: true, enumerable: false, value });
}

/** A function of its own: a closure made beside others that use the stream would share their hold on it. */
function heldWeakly(stream: WeakRef<ReadableStream>): () => boolean {
  return () => stream.deref()?.locked === true;
}
