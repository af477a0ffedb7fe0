import { StringDecoder } from 'node:string_decoder';
import { asBuffer } from './as-buffer.js';
import { TextPieces } from './text-pieces.js';
import { UnfinishedJson } from './unfinished-json.js';

/** One event of a `text/event-stream`. `name` is empty where the stream gives none. */
export interface StreamEvent {
  readonly name: string;
  readonly data: string;
}

const COLON = 0x3a;
const SPACE = 0x20;
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * An incremental parser of server-sent events (WHATWG HTML, section 9.2.6): bytes may be split anywhere, inside a character or a
 * line end; lines end in CRLF, LF or CR; comments and unknown fields are skipped; several `data` lines make one event.
 *
 * Holds at most one unfinished event, and no more than `maxLength` characters of it: what is longer is dropped up to its end.
 */
export class EventStreamParser {
  readonly #maxLength: number;
  readonly #onEvent: (event: StreamEvent) => void;
  readonly #decoder = new StringDecoder('utf8');
  #begun = false;
  readonly #rest = new UnfinishedJson();
  #heldReturn = false;
  #name = '';
  readonly #data = new TextPieces();
  #hasData = false;
  #dropping = false;
  /** Something was longer than may be held. */
  overflowed = false;

  constructor(maxLength: number, onEvent: (event: StreamEvent) => void) {
    this.#maxLength = maxLength;
    this.#onEvent = onEvent;
  }

  /** About how many bytes the unfinished event takes. */
  get heldBytes(): number {
    return this.#rest.heldBytes + this.#data.heldBytes;
  }

  push(bytes: Uint8Array): void {
    this.#read(this.#decoder.write(asBuffer(bytes)));
  }

  /** The bytes have ended. An event without its blank line still counts: some servers end on the last line. */
  end(): void {
    this.#read(this.#decoder.end());
    if (this.#rest.length > 0) this.#whole(this.#rest.take());
    this.#dispatch();
  }

  /** Only what is new is searched: an unfinished line is kept as it came, however many pieces it comes in. */
  #read(decoded: string): void {
    if (decoded === '' && !this.#heldReturn) return;
    let text = this.#heldReturn ? `\r${decoded}` : decoded;
    if (!this.#begun) {
      this.#begun = true;
      if (text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1);
    }
    // A CR at the very end may be the first half of a CRLF: it waits for what follows.
    this.#heldReturn = text.endsWith('\r');
    if (this.#heldReturn) text = text.slice(0, -1);
    if (text.includes('\r')) text = text.replaceAll(/\r\n?/g, '\n');
    let start = 0;
    for (;;) {
      const end = text.indexOf('\n', start);
      if (end === -1) break;
      if (this.#rest.length === 0) this.#line(text, start, end);
      else this.#whole(this.#rest.take() + text.slice(start, end));
      start = end + 1;
    }
    this.#rest.add(start === 0 ? text : text.slice(start));
    if (this.#rest.exceeds(this.#maxLength)) this.#overflow();
  }

  #whole(line: string): void {
    this.#line(line, 0, line.length);
  }

  /** Of a line only the value is taken out of the text: a stream of short lines would leave garbage of many times its size. */
  #line(text: string, from: number, to: number): void {
    if (from === to) return this.#dispatch();
    if (this.#dropping) return;
    const data = valueAt(text, from, to, 'data');
    if (data !== null) {
      if (this.#hasData) this.#data.add('\n');
      this.#hasData = true;
      this.#data.add(data);
      if (this.#data.length > this.#maxLength) this.#overflow();
      return;
    }
    this.#name = valueAt(text, from, to, 'event') ?? this.#name;
  }

  #dispatch(): void {
    const data = this.#hasData ? this.#data.take() : null;
    const name = this.#name;
    this.#hasData = false;
    this.#name = '';
    this.#dropping = false;
    if (data !== null) this.#onEvent({ name, data });
  }

  /** Forgets the event at hand. The rest keeps a character, so that the remainder of its line is not taken for a blank one. */
  #overflow(): void {
    this.overflowed = true;
    this.#dropping = true;
    this.#hasData = false;
    this.#data.clear();
    if (!this.#rest.exceeds(this.#maxLength)) return;
    this.#rest.clear();
    this.#rest.add(':');
  }
}

/** The value of a field in a line of a text, empty where it has none; `null`: the line is of another field. */
function valueAt(text: string, from: number, to: number, field: string): string | null {
  const end = from + field.length;
  if (end > to || !text.startsWith(field, from)) return null;
  if (end === to) return '';
  if (text.charCodeAt(end) !== COLON) return null;
  return text.slice(text.charCodeAt(end + 1) === SPACE && end + 1 < to ? end + 2 : end + 1, to);
}
