import { StringDecoder } from 'node:string_decoder';
import { AnswerBuilder } from './answer-builder.js';
import { asBuffer } from './as-buffer.js';
import type { AnswerReader, ModelAnswer, ReaderOptions } from './dialect.js';
import { EventStreamParser } from './event-stream.js';
import { type FrameParser, JsonArrayParser, JsonLinesParser } from './json-frames.js';
import { asObject, isObject, type JsonObject, isTooComplex, parseCounted, parseForeign } from './json.js';
import { topLevelFields } from './top-level.js';
import { UnfinishedJson } from './unfinished-json.js';

/** How the answers of a protocol are read: what a dialect says to {@link FormatReader}. */
export interface AnswerFormat {
  /** A body that begins with `{` is a stream of JSON objects, one a line. Default: it is one JSON body. */
  readonly lines?: true;
  /** The text of the event that ends a stream, if there is one, e.g. `[DONE]`. */
  readonly lastEvent?: string;
  /**
   * Without the content, once id and model are known, only an event whose text this matches says anything: all others are not even
   * parsed. Quotes inside a string are escaped, so text can look like it only at the price of one parse. Default: all are parsed.
   */
  readonly telling?: RegExp;
  /** Of a JSON body only these fields are read, without parsing the rest. Default: all are. */
  readonly fields?: ReadonlySet<string>;
  /** The canonical word (`stop`, `length`, `tool_call`, `content_filter`) for each of the provider's finish reasons. */
  readonly finishWords: Readonly<Record<string, string>>;
  /** Reads an answer in one JSON body. False where it is not one. */
  whole(body: JsonObject, answer: AnswerBuilder): boolean;
  /** Reads one event of a stream. */
  event(event: JsonObject, answer: AnswerBuilder): void;
}

/** Of the bytes that may come, as many may be held of what they say: a quarter of them as characters, at two bytes each. */
const SAID_SHARE = 0.5;

/** One event may be so long, however little of an answer is held. */
const LEAST_EVENT = 64 * 1024;

const BRACE = 0x7b;
const BRACKET = 0x5b;

/** Reads an answer as a stream or as one JSON body, whichever its first byte shows: servers do not always do as asked. */
export class FormatReader implements AnswerReader {
  readonly #format: AnswerFormat;
  readonly #maxBytes: number;
  readonly #answer: AnswerBuilder;
  #frames: FrameParser | null = null;
  #decoder: StringDecoder | null = null;
  readonly #json = new UnfinishedJson();
  #bytes = 0;
  #finished: { readonly answer: ModelAnswer | null } | null = null;
  started = false;
  truncated = false;

  constructor(format: AnswerFormat, maxBytes: number, options: ReaderOptions = {}) {
    this.#format = format;
    this.#maxBytes = maxBytes;
    this.#answer = new AnswerBuilder(options.content ?? true);
  }

  get terminal(): boolean {
    return this.#answer.terminal;
  }

  get errorType(): string | null {
    return this.#answer.errorType;
  }

  get heldBytes(): number {
    return this.#answer.heldBytes + this.#json.heldBytes + (this.#frames?.heldBytes ?? 0);
  }

  push(bytes: Uint8Array): void {
    // What comes after the end of an answer is none of it.
    if (this.#finished !== null || this.#answer.terminal || bytes.length === 0) return;
    if (this.#frames === null && this.#decoder === null && !this.truncated) this.#recognise(bytes);
    this.#bytes += bytes.length;
    if (this.#frames !== null) {
      this.#frames.push(bytes);
      this.#bound(this.#frames);
    } else if (this.#bytes > this.#maxBytes) {
      this.#forget();
      this.#json.clear();
    } else if (this.#decoder !== null) {
      // Decoded at once: the chunk's memory belongs to the stream, and moves away when it is passed on.
      this.#json.add(this.#decoder.write(asBuffer(bytes)));
      if (this.#json.tooComplex && this.#format.fields === undefined) {
        this.#forget();
        this.#json.clear();
        this.#decoder = null;
      }
    }
  }

  finish(): ModelAnswer | null {
    this.#finished ??= { answer: this.#finish() };
    return this.#finished.answer;
  }

  #finish(): ModelAnswer | null {
    if (this.#frames !== null) {
      this.#frames.end();
      this.#bound(this.#frames);
      return this.#answer.answer(this.#format.finishWords);
    }
    if (this.truncated || this.#decoder === null) return null;
    const text = this.#json.take() + this.#decoder.end();
    const { fields } = this.#format;
    const body = fields === undefined ? parseCounted(text) : Object.fromEntries(topLevelFields(text, fields) ?? []);
    this.#answer.failed(asObject(body)['error']);
    if (!isObject(body) || !this.#format.whole(body, this.#answer)) return null;
    this.#boundSaid();
    return this.#answer.answer(this.#format.finishWords);
  }

  /** White space before the first sign is of no account: it is pushed into nothing. */
  #recognise(bytes: Uint8Array): void {
    const first = bytes.find((byte) => byte > 0x20);
    if (first === undefined) return;
    const longest = Math.max(this.#maxBytes, LEAST_EVENT);
    const onFrame = (text: string): void => this.#event(text);
    if (first === BRACKET) this.#frames = new JsonArrayParser(longest, onFrame);
    else if (first !== BRACE) this.#frames = new EventStreamParser(longest, ({ data }) => onFrame(data));
    else if (this.#format.lines === true) this.#frames = new JsonLinesParser(longest, onFrame);
    else {
      this.started = true;
      this.#decoder = new StringDecoder('utf8');
    }
  }

  #event(text: string): void {
    this.started = true;
    const { lastEvent, telling } = this.#format;
    if (lastEvent !== undefined && text.startsWith(lastEvent)) return this.#answer.end();
    if (telling !== undefined && !this.#answer.content && this.#answer.identified && !telling.test(text)) return;
    const event = asObject(this.#parsed(text));
    this.#answer.failed(event['error']);
    this.#format.event(event, this.#answer);
  }

  /** What a stream says is a small part of its bytes: what is held counts, not what it was packed in. */
  #bound(frames: FrameParser): void {
    if (frames.overflowed) this.truncated = true;
    this.#boundSaid();
  }

  /** All that is done with an answer afterwards takes its time by its characters; and a part of one is not the answer. */
  #boundSaid(): void {
    if (this.#answer.overflowed || this.#answer.heldBytes > this.#maxBytes * SAID_SHARE) this.#forget();
  }

  /** `null`, and the answer is not read to its end, where the text has more structure than is parsed. */
  #parsed(text: string): unknown {
    const value = parseForeign(text);
    if (value !== undefined || !isTooComplex(text)) return value;
    this.truncated = true;
    return null;
  }

  #forget(): void {
    this.truncated = true;
    this.#answer.forget();
  }
}
