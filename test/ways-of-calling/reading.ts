import type { Tools } from './way.js';

/** The ways to read an answer that comes in chunks, whichever SDK gave it. */
export async function readAll(stream: AsyncIterable<unknown>, { note }: Tools): Promise<void> {
  for await (const chunk of stream) note(chunk);
}

export async function breakAfter(count: number, stream: AsyncIterable<unknown>, { note }: Tools): Promise<void> {
  let seen = 0;
  for await (const chunk of stream) {
    note(chunk);
    seen += 1;
    if (seen === count) break;
  }
}

/** Does something after some chunks, and reads on. */
export async function doAfter(
  count: number,
  stream: AsyncIterable<unknown>,
  { note }: Tools,
  act: () => void,
): Promise<void> {
  let seen = 0;
  for await (const chunk of stream) {
    note(chunk);
    seen += 1;
    if (seen === count) act();
  }
}

export async function throwOut(stream: AsyncIterable<unknown>, { note }: Tools): Promise<void> {
  for await (const chunk of stream) {
    note(chunk);
    throw new RangeError('enough');
  }
}

/** Takes one chunk by hand and then ends the iterator, as a runtime does for `break` and for an exception. */
export async function iterateByHand(
  stream: AsyncIterable<unknown>,
  { note }: Tools,
  end: 'return' | 'throw',
): Promise<unknown> {
  const iterator = stream[Symbol.asyncIterator]();
  note(await iterator.next());
  const ended = end === 'return' ? await iterator.return?.('mine') : await iterator.throw?.(new RangeError('mine'));
  note(ended);
  return iterator.next();
}

export async function readText(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>)
    text += decoder.decode(chunk, { stream: true });
  return text;
}

/** Aborts while nothing has come yet; a rejection is handled from the start. */
export async function abortSoon<Result>(call: Promise<Result>, abort: () => void, { sleep }: Tools): Promise<Result> {
  call.catch(() => undefined);
  await Promise.race([sleep(60), call.then(() => undefined)]);
  abort();
  return call;
}

/** What reached the process of a rejection that nobody waited for at first. */
export async function caughtLater(start: () => Promise<unknown>, { note, sleep }: Tools): Promise<unknown> {
  const unhandled = (reason: unknown): void => note(['unhandledRejection', (reason as Error).message]);
  const handled = (): void => note('rejectionHandled');
  process.on('unhandledRejection', unhandled).on('rejectionHandled', handled);
  try {
    const call = start();
    await sleep(120);
    const message = await call.catch((error: Error) => error.message);
    await sleep(5);
    return message;
  } finally {
    process.off('unhandledRejection', unhandled).off('rejectionHandled', handled);
  }
}

/** A fetch of the user's own that passes everything on. */
export function ownFetch({ note }: Tools): typeof fetch {
  return (input, init) => {
    note(['own fetch', init?.method ?? (input as Request).method]);
    return fetch(input, init);
  };
}
