import type { BodyObserver } from './observer.js';

type Method = (...args: unknown[]) => unknown;
type Results = Promise<{ readonly done?: boolean; readonly value?: unknown }>;

/** Puts a method of our own before an inherited one, so that neither keys nor inspection show it. */
function define(target: object, name: string | symbol, replace: (method: Method) => Method): void {
  const inherited = Reflect.get(target, name) as Method;
  const value = replace((...args) => Reflect.apply(inherited, target, args));
  Object.defineProperty(target, name, { configurable: true, writable: true, enumerable: false, value });
}

/** Sees a result on its way to the reader: the promise that is returned is derived, so a rejection stays the reader's to handle. */
async function seen(result: Results, observer: BodyObserver): Promise<unknown> {
  try {
    const { done, value } = await result;
    if (done === true) observer.ended();
    else if (ArrayBuffer.isView(value))
      observer.chunk(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  } catch (error) {
    observer.failed(error);
  }
  return result;
}

/** A reader and an iterator are one thing under two pairs of names: one method gives the next chunk, one gives up. */
function follow<Source>(source: Source & object, next: string, leave: string, observer: BodyObserver): Source {
  define(
    source,
    next,
    (method) =>
      (...args) =>
        seen(method(...args) as Results, observer),
  );
  define(source, leave, (method) => (...args) => {
    observer.cancelled(args[0]);
    return method(...args);
  });
  return source;
}

/**
 * The second way, for a stream whose controller cannot be observed: its own reading methods are. Reading and iterating are
 * followed; `tee` and the pipes hand the chunks on where no method shows them, and end the observation.
 */
export function observeMethods(stream: ReadableStream<Uint8Array>, observer: BodyObserver): void {
  define(
    stream,
    'getReader',
    (method) =>
      (...args) =>
        follow(method(...args) as object, 'read', 'cancel', observer),
  );
  define(stream, 'cancel', (method) => (...args) => {
    if (!stream.locked) observer.cancelled(args[0]);
    return method(...args);
  });
  for (const name of ['values', Symbol.asyncIterator]) {
    define(
      stream,
      name,
      (method) =>
        (...args) =>
          follow(method(...args) as object, 'next', 'return', observer),
    );
  }
  for (const name of ['tee', 'pipeTo', 'pipeThrough']) {
    define(stream, name, (method) => (...args) => {
      observer.abandoned();
      return method(...args);
    });
  }
}
