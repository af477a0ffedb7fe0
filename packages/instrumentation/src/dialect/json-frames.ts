import { StringDecoder } from 'node:string_decoder';
import { asBuffer } from './as-buffer.js';
import { UnfinishedJson } from './unfinished-json.js';

/** Cuts the bytes of a stream into texts. Bytes may be split anywhere. */
export interface FrameParser {
  push(bytes: Uint8Array): void;
  /** The bytes have ended. */
  end(): void;
  /** Something was longer than may be held. */
  readonly overflowed: boolean;
  /** About how many bytes the unfinished text takes. */
  readonly heldBytes: number;
}

/** JSON texts, one a line (NDJSON). Holds one unfinished line, and no more than `maxLength` characters of it. */
export class JsonLinesParser implements FrameParser {
  readonly #maxLength: number;
  readonly #onFrame: (text: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  readonly #held = new UnfinishedJson();
  /** Of what was too long, the rest is passed over. */
  #dropping = false;
  overflowed = false;

  get heldBytes(): number {
    return this.#held.heldBytes;
  }

  constructor(maxLength: number, onFrame: (text: string) => void) {
    this.#maxLength = maxLength;
    this.#onFrame = onFrame;
  }

  push(bytes: Uint8Array): void {
    this.#read(this.#decoder.write(asBuffer(bytes)));
  }

  end(): void {
    this.#read(`${this.#decoder.end()}\n`);
  }

  #read(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#hold(text.slice(start, end));
      const line = this.#dropping ? '' : this.#held.take().trim();
      this.#dropping = false;
      if (line !== '') this.#onFrame(line);
      start = end + 1;
    }
    this.#hold(text.slice(start));
  }

  #hold(piece: string): void {
    if (this.#dropping) return;
    this.#held.add(piece);
    if (!this.#held.exceeds(this.#maxLength)) return;
    this.overflowed = true;
    this.#dropping = true;
    this.#held.clear();
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The elements of one JSON array, as they come. Holds one unfinished element, and no more than `maxLength` characters of it. */
export class JsonArrayParser implements FrameParser {
  readonly #maxLength: number;
  readonly #onFrame: (text: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  readonly #held = new UnfinishedJson();
  /** Of what was too long, the rest is passed over. */
  #dropping = false;
  /** 0: outside the array; 1: between its elements; more: inside one. */
  #depth = 0;
  #inString = false;
  #escaped = false;
  overflowed = false;

  get heldBytes(): number {
    return this.#held.heldBytes;
  }

  constructor(maxLength: number, onFrame: (text: string) => void) {
    this.#maxLength = maxLength;
    this.#onFrame = onFrame;
  }

  push(bytes: Uint8Array): void {
    this.#read(this.#decoder.write(asBuffer(bytes)));
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
    const element = this.#dropping ? '' : this.#held.take();
    this.#dropping = false;
    if (element !== '') this.#onFrame(element);
  }

  #hold(piece: string): void {
    if (this.#dropping) return;
    this.#held.add(piece);
    if (!this.#held.exceeds(this.#maxLength)) return;
    this.overflowed = true;
    this.#dropping = true;
    this.#held.clear();
  }
}
