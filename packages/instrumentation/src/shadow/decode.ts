import { Readable } from 'node:stream';
import { createGunzip, createInflate, gunzipSync, inflateSync } from 'node:zlib';
import type { Holding } from './held-bytes.js';
import { OwnLimit } from './own-limit.js';
import type { Reading } from './reading.js';

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

/** What is decoded at once. */
const DECODED_BYTES = 64 * 1024;

/** An answer comes to less. */
const USUAL_BYTES = 256 * 1024;

export interface Encoded {
  readonly body: AsyncIterable<Uint8Array>;
  /** The header `content-encoding`; of several layers none is read. */
  readonly encoding: string | readonly string[] | undefined;
  /** Read as it comes; otherwise when it is whole. */
  readonly stream: boolean;
  /** Of the body as sent, and as decoded. */
  readonly maxBytes: number;
}

export interface DecodeBy {
  /** Told what is held until the body is whole. */
  readonly holding: Holding;
  readonly reading: Reading;
  readonly signal: AbortSignal;
}

/**
 * The bytes of a body, decoded. Shadows ask for no compression; a server that compresses all the same must neither count as failing nor
 * fill the memory. Throws {@link OwnLimit} past the cap.
 */
export function decoded({ body, encoding, stream, maxBytes }: Encoded, by: DecodeBy): AsyncIterable<Uint8Array> {
  const received = capped(body, maxBytes);
  const name = String(encoding ?? '')
    .trim()
    .toLowerCase();
  if (name === '' || name === 'identity') return received;
  const found = ENCODINGS.get(name);
  if (found === undefined) throw new EncodingError(name.slice(0, 40));
  return stream ? capped(piped(received, found.stream()), maxBytes) : decodedWhole(received, found, maxBytes, by);
}

/** On the thread of the loop, one at a time: many decoders at once would take the memory of each, and the host's threads. */
async function* decodedWhole(
  source: AsyncIterable<Uint8Array>,
  { whole }: Encoding,
  maxBytes: number,
  { holding, reading, signal }: DecodeBy,
): AsyncIterable<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    holding.set(bytes);
    await reading.turn(signal);
    reading.run(chunk.length, () => chunks.push(chunk));
  }
  const encoded = Buffer.concat(chunks.splice(0));
  const decode = (maxOutputLength: number): Uint8Array | null => {
    try {
      return whole(encoded, { maxOutputLength, chunkSize: DECODED_BYTES });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw error;
      return null;
    }
  };
  await reading.turn(signal);
  signal.throwIfAborted();
  let bytesOut = reading.run(0, () => decode(Math.min(maxBytes, USUAL_BYTES)));
  if (bytesOut === null && maxBytes > USUAL_BYTES) {
    // What comes out of few bytes may be large.
    reading.came(maxBytes);
    await reading.turn(signal);
    signal.throwIfAborted();
    bytesOut = reading.run(USUAL_BYTES, () => decode(maxBytes));
  }
  if (bytesOut === null) throw tooLarge(maxBytes);
  yield bytesOut;
}

async function* piped(source: AsyncIterable<Uint8Array>, decoder: NodeJS.ReadWriteStream): AsyncIterable<Uint8Array> {
  // One chunk ahead, and not as many as there are: what comes out of them may be large.
  const input = Readable.from(source, { highWaterMark: 1 });
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
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
}

function tooLarge(maxBytes: number): OwnLimit {
  return new OwnLimit('leg_too_large', `more than ${maxBytes} bytes`);
}
