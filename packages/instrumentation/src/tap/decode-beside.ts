import type { Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import type { Once } from './once.js';

/** More than this is not decoded beside the host's own reading, nor held while it waits to be. */
const MAX_BYTES = 16 * 1024 * 1024;

/** An answer may be left in the middle: what there is of it is read all the same. */
const zlib = { finishFlush: constants.Z_SYNC_FLUSH };
const DECODERS: ReadonlyMap<string, () => Transform> = new Map([
  ['gzip', () => createGunzip(zlib)],
  ['x-gzip', () => createGunzip(zlib)],
  ['deflate', () => createInflate(zlib)],
  ['br', () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH })],
  ['zstd', () => createZstdDecompress({ finishFlush: constants.ZSTD_e_flush })],
]);

/** What bytes on the wire are given to, and told once that there are no more. */
export interface WireReader {
  chunk(bytes: Uint8Array): void;
  /** `tell` is called when all that came before has been read. */
  finish(tell: (once: Once) => void): void;
}

/**
 * Reads a body as it came on the wire, in the content encoding of the response. The bytes are copied to a decoder of our own:
 * the host decodes its own, or does not, as it would without us. What cannot be decoded here counts as not observed.
 */
export function wireReader(encoding: string, once: Once): WireReader {
  const name = encoding.trim().toLowerCase();
  if (name === '' || name === 'identity') {
    return { chunk: (bytes) => once.chunk(bytes), finish: (tell) => tell(once) };
  }
  const decoder = DECODERS.get(name)?.() ?? null;
  if (decoder !== null) return decoding(decoder, once);
  return { chunk: () => undefined, finish: () => once.abandoned() };
}

function decoding(decoder: Transform, once: Once): WireReader {
  let bytes = 0;
  let finish: ((once: Once) => void) | null = null;
  let over = false;
  const giveUp = (): void => {
    over = true;
    decoder.destroy();
    if (finish !== null) once.abandoned();
  };
  decoder.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) giveUp();
    else if (!over) once.chunk(chunk);
  });
  decoder.on('error', giveUp);
  decoder.on('end', () => {
    if (over) return;
    over = true;
    decoder.destroy();
    finish?.(once);
  });
  return {
    chunk(chunk) {
      once.moved();
      if (over) return;
      if (decoder.writableLength + chunk.length > MAX_BYTES) giveUp();
      else decoder.write(Buffer.from(chunk));
    },
    finish(tell) {
      finish = tell;
      if (over) once.abandoned();
      else decoder.end();
    },
  };
}
