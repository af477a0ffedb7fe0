import { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** The response is larger than allowed, as sent or once decompressed. */
class TooLargeError extends Error {
  readonly code = 'response_too_large';
}

/** The response is in a content encoding that is not read, or in several on top of each other. */
class EncodingError extends Error {
  readonly code = 'unsupported_encoding';
}

const DECODERS: ReadonlyMap<string, () => NodeJS.ReadWriteStream> = new Map([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/**
 * The bytes of a body, decoded as they come, at most `maxBytes` as sent and as decoded. Shadows ask for no compression; a server
 * that compresses all the same must neither count as failing nor fill the memory. Throws past the cap.
 *
 * @param encoding The header `content-encoding`; of several layers none is read.
 */
export function decoded(
  body: AsyncIterable<Uint8Array>,
  encoding: string | readonly string[] | undefined,
  maxBytes: number,
): AsyncIterable<Uint8Array> {
  const received = capped(body, maxBytes);
  const name = String(encoding ?? '')
    .trim()
    .toLowerCase();
  if (name === '' || name === 'identity') return received;
  const decoder = DECODERS.get(name);
  if (decoder === undefined) throw new EncodingError(`content-encoding ${name.slice(0, 40)}`);
  return capped(piped(received, decoder()), maxBytes);
}

async function* piped(source: AsyncIterable<Uint8Array>, decoder: NodeJS.ReadWriteStream): AsyncIterable<Uint8Array> {
  const input = Readable.from(source);
  input.on('error', (error) => (decoder as unknown as Readable).destroy(error));
  try {
    for await (const chunk of input.pipe(decoder)) yield chunk as unknown as Uint8Array;
  } finally {
    input.destroy();
  }
}

async function* capped(source: AsyncIterable<Uint8Array>, maxBytes: number): AsyncIterable<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new TooLargeError(`more than ${maxBytes} bytes`);
    yield chunk;
  }
}
