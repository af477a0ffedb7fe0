import type { Dispatcher } from 'undici';
import { type Received, requestStarts } from './connection.js';
import type { Reading } from './reading.js';

/** A response. The body must be read to its end or left by ending its iteration, which destroys it. */
export interface TransportResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: AsyncIterable<Uint8Array>;
  /** How long ago the last of what the body has given came, or its end, in milliseconds. Default: it has just come. */
  readonly lagMs?: () => number;
}

type Controller = Dispatcher.DispatchController;
type Headers = TransportResponse['headers'];

/**
 * What may wait to be read. Of a flood not less than a read of the socket, which would be held up in its middle, and what is left of it
 * copied each time. Of all else an answer of usual size: when it came is known then, however busy the process is.
 */
const MOST_UNREAD = { flood: 64 * 1024, usual: 256 * 1024 };

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
  readonly #reading: Reading;
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
  #goOn: (() => void) | null = null;
  /** When the last has come, and the last of what was given on. */
  #cameAt = 0;
  #givenAt = 0;

  /** Exactly one of `onStart` and `onFailure` is called, unless the signal fires first; then it may be neither. */
  constructor(
    { signal, reading }: { readonly signal: AbortSignal; readonly reading: Reading },
    onStart: (response: TransportResponse) => void,
    onFailure: (error: Error) => void,
  ) {
    this.#signal = signal;
    this.#reading = reading;
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
    const lagMs = (): number => performance.now() - this.#givenAt;
    if (status >= 200) return this.#onStart({ status, headers, body: this.#body(), lagMs });
    this.#interim += 1;
    if (this.#interim > MOST_INTERIM) controller.abort(new InterimError(`more than ${MOST_INTERIM}`));
  }

  onResponseData(controller: Controller, chunk: Uint8Array): void {
    this.#waiting.push(chunk);
    this.#unread += chunk.length;
    this.#bodyBytes += chunk.length;
    this.#pieces += 1;
    this.#cameAt = performance.now();
    this.#reading.came(chunk.length);
    if (this.#pieces > SHREDS.pieces && this.#bodyBytes < this.#pieces * SHREDS.bytes)
      controller.abort(new ShredsError(`less than ${SHREDS.bytes} bytes in a piece`));
    else if (!controller.paused && this.#unread >= (this.#reading.isFlood ? MOST_UNREAD.flood : MOST_UNREAD.usual)) {
      this.#goOn ??= this.#reading.hold();
      controller.pause();
    }
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
          this.#givenAt = this.#cameAt;
          if (this.#end.error !== null) throw this.#end.error;
          return;
        } else if (this.#controller?.paused === true) {
          await this.#reading.turn(this.#signal);
          this.#goesOn();
          this.#reading.run(0, () => this.#controller?.resume());
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
    this.#givenAt = this.#cameAt;
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

  #goesOn(): void {
    this.#goOn?.();
    this.#goOn = null;
  }

  #ended(error: Error | null): void {
    this.#signal.removeEventListener('abort', this.#stop);
    if (this.#end === null) this.#cameAt = performance.now();
    this.#end ??= { error };
    this.#goesOn();
    this.#wake?.();
  }
}
