import { StringDecoder } from 'node:string_decoder';

/** Cuts the bytes of a stream into texts. Bytes may be split anywhere. */
export interface FrameParser {
  push(bytes: Uint8Array): void;
  /** The bytes have ended. */
  end(): void;
  /** Something was longer than may be held. */
  readonly overflowed: boolean;
}

/** Without a copy: the decoder takes a Buffer only. */
function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** JSON texts, one a line (NDJSON). Holds one unfinished line, and no more than `maxLength` characters of it. */
export class JsonLinesParser implements FrameParser {
  readonly #maxLength: number;
  readonly #onFrame: (text: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #pieces: string[] = [];
  #length = 0;
  overflowed = false;

  constructor(maxLength: number, onFrame: (text: string) => void) {
    this.#maxLength = maxLength;
    this.#onFrame = onFrame;
  }

  push(bytes: Uint8Array): void {
    this.#read(this.#decoder.write(viewOf(bytes)));
  }

  end(): void {
    this.#read(`${this.#decoder.end()}\n`);
  }

  #read(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#hold(text.slice(start, end));
      const line = this.#pieces.join('').trim();
      // What was cut is no JSON: the reader's parse finds nothing in it.
      if (line !== '') this.#onFrame(line);
      this.#pieces = [];
      this.#length = 0;
      start = end + 1;
    }
    this.#hold(text.slice(start));
  }

  #hold(piece: string): void {
    this.#length += piece.length;
    if (this.#length > this.#maxLength) {
      this.overflowed = true;
      this.#pieces = [];
    } else if (piece !== '') this.#pieces.push(piece);
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The elements of one JSON array, as they come. Holds one unfinished element, and no more than `maxLength` characters of it. */
export class JsonArrayParser implements FrameParser {
  readonly #maxLength: number;
  readonly #onFrame: (text: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #pieces: string[] = [];
  #length = 0;
  /** 0: outside the array; 1: between its elements; more: inside one. */
  #depth = 0;
  #inString = false;
  #escaped = false;
  overflowed = false;

  constructor(maxLength: number, onFrame: (text: string) => void) {
    this.#maxLength = maxLength;
    this.#onFrame = onFrame;
  }

  push(bytes: Uint8Array): void {
    this.#read(this.#decoder.write(viewOf(bytes)));
  }

  end(): void {
    this.#read(this.#decoder.end());
  }

  #read(text: string): void {
    let start = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (code === BACKSLASH) this.#escaped = true;
        else if (code === QUOTE) this.#inString = false;
      } else if (code === QUOTE) this.#inString = true;
      else if (code === 0x7b || code === 0x5b) {
        this.#depth += 1;
        if (this.#depth === 2) start = at;
      } else if (code === 0x7d || code === 0x5d) {
        this.#depth -= 1;
        if (this.#depth === 1) this.#element(text.slice(start, at + 1));
      }
    }
    if (this.#depth > 1) this.#hold(text.slice(start));
  }

  #element(last: string): void {
    this.#hold(last);
    if (this.#length <= this.#maxLength) this.#onFrame(this.#pieces.join(''));
    this.#pieces = [];
    this.#length = 0;
  }

  #hold(piece: string): void {
    this.#length += piece.length;
    if (this.#length > this.#maxLength) {
      this.overflowed = true;
      this.#pieces = [];
    } else this.#pieces.push(piece);
  }
}
