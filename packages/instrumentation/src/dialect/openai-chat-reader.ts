import { StringDecoder } from 'node:string_decoder';
import type { AnswerReader, ModelAnswer } from './dialect.js';
import { EventStreamParser } from './event-stream.js';
import { asObject, parseJson } from './json.js';
import { ChunkAssembler, readCompletion, readErrorType } from './openai-chat-answer.js';

/**
 * Without the content only a chunk with one of these says anything: all others are not even parsed. Quotes inside a string are
 * escaped, so text can look like it only at the price of one parse.
 */
const TELLING = /"finish_reason"\s*:\s*"|"usage"\s*:\s*\{|"error"\s*:/;

/** Reads an answer as a stream of events or as one JSON body, whichever its first byte shows: servers do not always do as asked. */
export class OpenAIChatReader implements AnswerReader {
  readonly #maxBytes: number;
  #content: boolean;
  readonly #assembler: ChunkAssembler;
  #form: 'unknown' | 'stream' | 'json' = 'unknown';
  #events: EventStreamParser | null = null;
  #decoder: StringDecoder | null = null;
  #json = '';
  #bytes = 0;
  #finished: { readonly answer: ModelAnswer | null } | null = null;
  terminal = false;
  started = false;
  truncated = false;
  errorType: string | null = null;

  constructor(maxBytes: number, content: boolean) {
    this.#maxBytes = maxBytes;
    this.#content = content;
    this.#assembler = new ChunkAssembler(content);
  }

  push(bytes: Uint8Array): void {
    if (this.#finished !== null || bytes.length === 0) return;
    if (this.#form === 'unknown') this.#recognise(bytes);
    this.#bytes += bytes.length;
    const full = this.#bytes > this.#maxBytes;
    if (this.#form === 'stream') {
      if (full && this.#content) this.#forget();
      this.#events?.push(bytes);
      if (this.#events?.overflowed === true) this.truncated = true;
    } else if (full) {
      this.#forget();
      this.#json = '';
    } else {
      // Decoded at once: the chunk's memory belongs to the stream, and moves away when it is passed on.
      this.#decoder ??= new StringDecoder('utf8');
      this.#json += this.#decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    }
  }

  finish(): ModelAnswer | null {
    this.#finished ??= { answer: this.#finish() };
    return this.#finished.answer;
  }

  #finish(): ModelAnswer | null {
    if (this.#form === 'stream') {
      this.#events?.end();
      return this.#assembler.answer();
    }
    if (this.truncated || this.#decoder === null) return null;
    const value = parseJson(this.#json + this.#decoder.end());
    this.#json = '';
    this.errorType = readErrorType(asObject(value)['error']);
    return readCompletion(value, this.#content);
  }

  #recognise(bytes: Uint8Array): void {
    const first = bytes.find((byte) => byte > 0x20);
    if (first === undefined) return;
    this.#form = first === 0x7b || first === 0x5b ? 'json' : 'stream';
    if (this.#form === 'json') this.started = true;
    else this.#events = new EventStreamParser(this.#maxBytes, ({ data }) => this.#event(data));
  }

  #event(data: string): void {
    this.started = true;
    if (data.startsWith('[DONE]')) {
      this.terminal = true;
      return;
    }
    const known = this.#assembler.model !== null && this.#assembler.id !== null;
    if (!this.#content && known && !TELLING.test(data)) return;
    const chunk = asObject(parseJson(data));
    this.errorType ??= readErrorType(chunk['error']);
    // Nothing follows an error; SDKs leave the stream at once.
    if (this.errorType !== null) this.terminal = true;
    this.#assembler.add(chunk);
  }

  #forget(): void {
    this.truncated = true;
    this.#content = false;
    this.#assembler.forget();
  }
}
