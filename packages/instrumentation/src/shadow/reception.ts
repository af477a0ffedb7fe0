import type { Dispatcher } from 'undici';
import { type Received, requestStarts } from './connection.js';
import { READING } from './process-share.js';

/** A response. The body must be read to its end or left by ending its iteration, which destroys it. */
export interface TransportResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: AsyncIterable<Uint8Array>;
}

type Controller = Dispatcher.DispatchController;
type Headers = TransportResponse['headers'];

/** What may wait to be read. Less than a read of the socket would be held up in its middle, and what is left of it copied each time. */
const MOST_UNREAD = 64 * 1024;

/** Bytes that come in shreds cost a call each. Of so many pieces and more, so many bytes are expected in one. */
const SHREDS = { pieces: 1024, bytes: 16 };

/** Responses before the response (`103 Early Hints`). */
const MOST_INTERIM = 16;

/** The other side announces a response again and again. */
class InterimError extends Error {
  readonly code = 'too_many_interim_responses';
}

/** A body of which nearly all is what its pieces are wrapped in. */
class ShredsError extends Error {
  readonly code = 'response_overhead';
}

/** Takes one response as it comes, and holds up the connection while it is not read. What has come since it was is given on in one. */
export class Reception implements Dispatcher.DispatchHandler, Received {
  readonly #signal: AbortSignal;
  readonly #onStart: (response: TransportResponse) => void;
  readonly #onFailure: (error: Error) => void;
  readonly #stop = (): void => this.#abort(new Error('ended', { cause: this.#signal.reason }));
  #controller: Controller | null = null;
  #bodyBytes = 0;
  #pieces = 0;
  #waiting: Uint8Array[] = [];
  #unread = 0;
  #interim = 0;
  #end: { readonly error: Error | null } | null = null;
  #wake: (() => void) | null = null;

  /** Exactly one of `onStart` and `onFailure` is called, unless the signal fires first; then it may be neither. */
  constructor(signal: AbortSignal, onStart: (response: TransportResponse) => void, onFailure: (error: Error) => void) {
    this.#signal = signal;
    this.#onStart = onStart;
    this.#onFailure = onFailure;
    signal.addEventListener('abort', this.#stop, { once: true });
    if (signal.aborted) this.#stop();
  }

  get bodyBytes(): number {
    return this.#bodyBytes;
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    requestStarts(this);
    if (this.#end !== null) controller.abort(this.#end.error ?? new Error('ended'));
  }

  onResponseStart(controller: Controller, status: number, headers: Headers): void {
    if (status >= 200) return this.#onStart({ status, headers, body: this.#body() });
    this.#interim += 1;
    if (this.#interim > MOST_INTERIM) controller.abort(new InterimError(`more than ${MOST_INTERIM}`));
  }

  onResponseData(controller: Controller, chunk: Uint8Array): void {
    this.#waiting.push(chunk);
    this.#unread += chunk.length;
    this.#bodyBytes += chunk.length;
    this.#pieces += 1;
    if (this.#pieces > SHREDS.pieces && this.#bodyBytes < this.#pieces * SHREDS.bytes)
      controller.abort(new ShredsError(`less than ${SHREDS.bytes} bytes in a piece`));
    else if (this.#unread >= MOST_UNREAD) controller.pause();
    this.#wake?.();
  }

  onResponseEnd(): void {
    this.#ended(null);
  }

  onResponseError(_controller: Controller, error: Error): void {
    this.#ended(error);
    this.#onFailure(error);
  }

  async *#body(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        if (this.#waiting.length > 0) yield this.#take();
        else if (this.#end !== null) {
          if (this.#end.error !== null) throw this.#end.error;
          return;
        } else if (this.#controller?.paused === true) {
          await READING.turn(this.#bodyBytes, this.#signal);
          READING.run(this.#bodyBytes, 0, () => this.#controller?.resume());
        } else await this.#more();
      }
    } finally {
      this.#abort(new Error('left'));
    }
  }

  #take(): Uint8Array {
    const [only] = this.#waiting;
    const taken = this.#waiting.length === 1 && only !== undefined ? only : Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#unread = 0;
    return taken;
  }

  async #more(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
  }

  #abort(error: Error): void {
    if (this.#end !== null) return;
    this.#waiting = [];
    this.#ended(error);
    this.#controller?.abort(error);
  }

  #ended(error: Error | null): void {
    this.#signal.removeEventListener('abort', this.#stop);
    this.#end ??= { error };
    this.#wake?.();
  }
}
