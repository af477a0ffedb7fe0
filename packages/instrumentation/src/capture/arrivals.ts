import { setTimeout } from 'node:timers';
import { types } from 'node:util';
import { guard } from '../guard.js';

/** Bytes, and pieces, that wait at most, of all streams together. */
const ROOM = 64 * 1024;
const PIECES = 512;

/** How long a piece waits at most, in milliseconds. */
const WAIT_MS = 5;

export interface PieceReader {
  /** @param bytes Lent for the time of the call. @param at When they came, as it was told. */
  read(bytes: Uint8Array, at: number): void;
}

/**
 * The pieces of streams, kept as they come and read in a row a little later, each stream's in its order. A piece that is read alone, amid
 * the host's own work, finds neither its code nor its data in the processor's caches, and takes several times as long.
 *
 * They are copied, into room that is made once: the memory of a piece moves on with it.
 */
export class Arrivals {
  readonly #bytes = Buffer.alloc(ROOM);
  readonly #readers: (PieceReader | null)[] = Array.from({ length: PIECES }, () => null);
  readonly #ends = new Uint32Array(PIECES);
  readonly #times = new Float64Array(PIECES);
  #count = 0;
  /** The first that may be unread. */
  #next = 0;
  #awaited = false;

  add(reader: PieceReader, bytes: Uint8Array, at: number): void {
    const fits = types.isUint8Array(bytes) && this.#end(this.#count) + bytes.length <= ROOM;
    if (this.#count === PIECES || !fits) this.#readAll();
    if (!types.isUint8Array(bytes) || bytes.length > ROOM) return reader.read(bytes, at);
    const from = this.#end(this.#count);
    this.#bytes.set(bytes, from);
    this.#readers[this.#count] = reader;
    this.#ends[this.#count] = from + bytes.length;
    this.#times[this.#count] = at;
    this.#count += 1;
    if (this.#awaited) return;
    this.#awaited = true;
    setTimeout(() => {
      this.#awaited = false;
      this.#readAll();
    }, WAIT_MS);
  }

  /** Those of one stream, for somebody who needs to know now. */
  readOf(reader: PieceReader): void {
    for (let piece = this.#next; piece < this.#count; piece += 1) {
      if (this.#readers[piece] === reader) this.#read(piece);
    }
  }

  #readAll(): void {
    while (this.#next < this.#count) {
      this.#next += 1;
      this.#read(this.#next - 1);
    }
    this.#count = 0;
    this.#next = 0;
  }

  #read(piece: number): void {
    const reader = this.#readers[piece] ?? null;
    if (reader === null) return;
    this.#readers[piece] = null;
    const bytes = this.#bytes.subarray(this.#end(piece), this.#end(piece + 1));
    guard('capture.chunk', () => reader.read(bytes, this.#times[piece] ?? 0));
  }

  /** Where as many pieces end. */
  #end(pieces: number): number {
    return pieces === 0 ? 0 : (this.#ends[pieces - 1] ?? 0);
  }
}
