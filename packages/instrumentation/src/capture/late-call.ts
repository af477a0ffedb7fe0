import { guard, raised } from '../guard.js';
import type { BodyObserver, RequestObserver } from '../tap/observer.js';
import type { ResponseHeader } from '../tap/response-headers.js';

/** A call that may be told of its answer when it has come already. */
export interface LateKnown extends RequestObserver, BodyObserver {
  /** The answer goes on, and nobody has held the rest of it. */
  cutOff(): void;
}

/**
 * Stands in for a call whose request body is still being read (a `Request`, whose body is a stream), and hands on everything it was
 * told once the call is known, or lets go of it where there turns out to be none. Nearly always that is before the response: what is
 * held in between is bounded all the same, and is the beginning of the answer without a gap.
 */
export class LateCall<Known extends LateKnown> implements RequestObserver, BodyObserver {
  readonly abandonedAfterMs: number;
  readonly #maxBytes: number;
  #waiting: ((call: Known) => void)[] | null = [];
  #heldBytes = 0;
  #cut = false;
  #known: Known | null = null;

  constructor(known: Promise<Known | null>, abandonedAfterMs: number, maxBytes: number) {
    this.abandonedAfterMs = abandonedAfterMs;
    this.#maxBytes = maxBytes;
    known.then(
      (call) => {
        this.#known = call;
        const waiting = this.#waiting ?? [];
        this.#waiting = null;
        if (call !== null) for (const tell of waiting) guard('capture.late', () => tell(call));
      },
      (error: unknown) => {
        this.#waiting = null;
        raised('capture.request_body', error);
      },
    );
  }

  run<Result>(send: () => Result): Result {
    return send();
  }

  responded(status: number, header: ResponseHeader): BodyObserver | null {
    this.#tell((call) => call.responded(status, header));
    return this;
  }

  chunk(bytes: Uint8Array): void {
    if (this.#cut) return;
    if (this.#known !== null) return this.#known.chunk(bytes);
    if (this.#waiting === null) return;
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > this.#maxBytes) {
      this.#cut = true;
      return this.#tell((call) => call.cutOff());
    }
    const copy = bytes.slice();
    this.#tell((call) => call.chunk(copy));
  }

  ended(): void {
    this.#tell((call) => call.ended());
  }

  failed(error: unknown): void {
    this.#tell((call) => call.failed(error));
  }

  cancelled(reason: unknown): void {
    this.#tell((call) => call.cancelled(reason));
  }

  abandoned(): void {
    this.#tell((call) => call.abandoned());
  }

  unobservable(): void {
    this.#tell((call) => call.unobservable());
  }

  #tell(tell: (call: Known) => void): void {
    if (this.#known !== null) tell(this.#known);
    else this.#waiting?.push(tell);
  }
}
