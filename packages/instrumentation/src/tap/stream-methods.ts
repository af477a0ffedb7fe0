import type { BodyObserver } from './observer.js';

type Reader = ReadableStreamDefaultReader<Uint8Array>;
type Method = (...args: unknown[]) => unknown;

/** Defined so that neither keys nor inspection show it. */
function define(target: object, name: string | symbol, value: Method): void {
  Object.defineProperty(target, name, { configurable: true, writable: true, enumerable: false, value });
}

/** Sees a result on its way to the reader: the promise that is returned is derived, so a rejection stays the reader's to handle. */
async function seen<Result>(
  result: Promise<{ done?: boolean; value?: Result }>,
  observer: BodyObserver,
): Promise<unknown> {
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

/**
 * The second way, for a stream whose controller cannot be observed: its own reading methods are. Reading and iterating are
 * followed; `tee` and the pipes hand the chunks on where no method shows them, and end the observation.
 */
export function observeMethods(stream: ReadableStream<Uint8Array>, observer: BodyObserver): void {
  const { getReader, cancel, values, tee, pipeTo, pipeThrough } = stream;

  define(stream, 'getReader', (...args) => {
    const reader = Reflect.apply(getReader as Method, stream, args) as Reader;
    const { read, cancel: cancelReader } = reader;
    define(reader, 'read', (...given) =>
      seen(Reflect.apply(read as Method, reader, given) as ReturnType<Reader['read']>, observer),
    );
    define(reader, 'cancel', (...given) => {
      observer.cancelled(given[0]);
      return Reflect.apply(cancelReader as Method, reader, given);
    });
    return reader;
  });
  define(stream, 'cancel', (...args) => {
    if (!stream.locked) observer.cancelled(args[0]);
    return Reflect.apply(cancel as Method, stream, args);
  });

  const iterate: Method = (...args) => {
    const iterator = Reflect.apply(values as Method, stream, args) as AsyncIterator<Uint8Array>;
    const { next, return: leave } = iterator;
    define(iterator, 'next', (...given) =>
      seen(Reflect.apply(next as Method, iterator, given) as ReturnType<Reader['read']>, observer),
    );
    define(iterator, 'return', (...given) => {
      observer.cancelled(given[0]);
      return Reflect.apply(leave as Method, iterator, given);
    });
    return iterator;
  };
  define(stream, 'values', iterate);
  define(stream, Symbol.asyncIterator, iterate);

  for (const [name, method] of Object.entries({ tee, pipeTo, pipeThrough })) {
    define(stream, name, (...args) => {
      observer.abandoned();
      return Reflect.apply(method as Method, stream, args);
    });
  }
}
