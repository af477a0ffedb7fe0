import { Readable } from 'node:stream';
import { createGunzip, createInflate, gunzipSync, inflateSync } from 'node:zlib';
import type { Holding } from './held-bytes.js';
import { READING } from './process-share.js';

/** The response is larger than allowed, as sent or once decompressed. */
class TooLargeError extends Error {
  readonly code = 'response_too_large';
}

/** The response is in a content encoding that is not read, or in several on top of each other. */
class EncodingError extends Error {
  readonly code = 'unsupported_encoding';
}

interface Encoding {
  /** Decodes all of a body, or throws `ERR_BUFFER_TOO_LARGE`. */
  readonly whole: (
    bytes: Uint8Array,
    limits: { readonly maxOutputLength: number; readonly chunkSize: number },
  ) => Uint8Array;
  /** Decodes as it comes. */
  readonly stream: () => NodeJS.ReadWriteStream;
}

const GZIP: Encoding = { whole: gunzipSync, stream: createGunzip };
/** What servers may compress with unasked. Not Brotli: of a few bytes its decoder makes 16 MiB before it gives back the first. */
const ENCODINGS: ReadonlyMap<string, Encoding> = new Map([
  ['gzip', GZIP],
  ['x-gzip', GZIP],
  ['deflate', { whole: inflateSync, stream: createInflate }],
]);

/** What a usual answer comes to. */
const DECODED_BYTES = 64 * 1024;

export interface Encoded {
  readonly body: AsyncIterable<Uint8Array>;
  /** The header `content-encoding`; of several layers none is read. */
  readonly encoding: string | readonly string[] | undefined;
  /** Read as it comes; otherwise when it is whole. */
  readonly stream: boolean;
  /** Of the body as sent, and as decoded. */
  readonly maxBytes: number;
}

/**
 * The bytes of a body, decoded. Shadows ask for no compression; a server that compresses all the same must neither count as failing nor
 * fill the memory. Throws past the cap.
 *
 * @param holding Told what is held until the body is whole.
 */
export function decoded(
  { body, encoding, stream, maxBytes }: Encoded,
  holding: Holding,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const received = capped(body, maxBytes);
  const name = String(encoding ?? '')
    .trim()
    .toLowerCase();
  if (name === '' || name === 'identity') return received;
  const found = ENCODINGS.get(name);
  if (found === undefined) throw new EncodingError(name.slice(0, 40));
  return stream
    ? capped(piped(received, found.stream()), maxBytes)
    : decodedWhole(received, found, maxBytes, holding, signal);
}

/** On the thread of the loop, one at a time: many decoders at once would take the memory of each, and the host's threads. */
async function* decodedWhole(
  source: AsyncIterable<Uint8Array>,
  { whole }: Encoding,
  maxBytes: number,
  holding: Holding,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    chunks.push(chunk);
    bytes += chunk.length;
    holding.set(bytes);
  }
  // What comes out of few bytes may be large.
  await READING.turn(maxBytes, signal);
  yield READING.run(maxBytes, DECODED_BYTES, () => {
    try {
      return whole(Buffer.concat(chunks), { maxOutputLength: maxBytes, chunkSize: DECODED_BYTES });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw error;
      throw new TooLargeError(`more than ${maxBytes} bytes`);
    }
  });
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
