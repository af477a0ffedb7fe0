import { clearTimeout, setTimeout } from 'node:timers';
import { guard } from '../guard.js';
import { observeController } from './native-controller.js';
import type { BodyObserver } from './observer.js';
import { observeMethods } from './stream-methods.js';

/** A body somebody holds may stay silent for this many deadlines: a model may think for minutes before it says anything. */
const SILENT_DEADLINES = 10;

/** The reason fetch itself gives when it cancels the body of a response that nobody holds any more. */
const COLLECTED = 'Response object has been garbage collected';

/** Follows the body of a response, whatever fetch gave back. The response is not touched, and nothing is read ahead. */
export function observeBody(response: object, observer: BodyObserver): void {
  const body = (response as { readonly body?: unknown }).body;
  const once = new Once(observer);
  if (body === null) {
    once.ended();
  } else if (!isNativeStream(body)) {
    once.abandoned();
  } else if (guard('tap.observe', () => observe(body, once)) === true) {
    once.expectReading(body);
  } else {
    once.abandoned();
  }
}

function observe(body: ReadableStream<Uint8Array>, once: Once): boolean {
  if (observeController(body, once)) return true;
  if (body.locked) return false;
  observeMethods(body, once);
  return true;
}

function isNativeStream(body: unknown): body is ReadableStream<Uint8Array> {
  return (
    Object.prototype.toString.call(body) === '[object ReadableStream]' &&
    typeof (body as ReadableStream).getReader === 'function'
  );
}

/**
 * Fences an observer, lets it settle once, and drops it then: the stream may live long after. Holds the stream weakly, so that a
 * response nobody wants is collected as it would be without us.
 */
class Once implements BodyObserver {
  readonly abandonedAfterMs: number;
  #observer: BodyObserver | null;
  #stream: WeakRef<ReadableStream> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #moved = false;
  #silent = 0;

  constructor(observer: BodyObserver) {
    this.#observer = observer;
    this.abandonedAfterMs = observer.abandonedAfterMs;
  }

  /** Starts the deadline. Its timer never keeps the process alive. */
  expectReading(stream: ReadableStream): void {
    this.#stream = new WeakRef(stream);
    this.#timer = setTimeout(() => this.#check(), this.abandonedAfterMs).unref();
  }

  chunk(bytes: Uint8Array): void {
    this.#moved = true;
    const observer = this.#observer;
    if (observer !== null) guard('tap.chunk', () => observer.chunk(bytes));
  }

  ended(): void {
    this.#settle((observer) => observer.ended());
  }

  failed(error: unknown): void {
    this.#settle((observer) => observer.failed(error));
  }

  cancelled(reason: unknown): void {
    this.#settle((observer) => (reason === COLLECTED ? observer.abandoned() : observer.cancelled(reason)));
  }

  abandoned(): void {
    this.#settle((observer) => observer.abandoned());
  }

  #settle(tell: (observer: BodyObserver) => void): void {
    const observer = this.#observer;
    if (observer === null) return;
    this.#observer = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    guard('tap.end', () => tell(observer));
  }

  #check(): void {
    const held = this.#stream?.deref()?.locked === true;
    this.#silent = this.#moved ? 0 : this.#silent + 1;
    if (this.#moved || (held && this.#silent < SILENT_DEADLINES)) {
      this.#moved = false;
      this.#timer?.refresh();
    } else {
      this.abandoned();
    }
  }
}
