import { guard } from '../guard.js';
import { MAX_BODY_BYTES } from './outgoing-request.js';

type Next = (...args: unknown[]) => Promise<{ readonly done?: boolean; readonly value?: unknown }>;

/**
 * Writes down the body of a request while it is being sent, where that is all there is to read: undici's own fetch hands its body
 * to the dispatcher as an async generator, even if a string was given. The generator stays the same object, and nothing is read
 * ahead of undici.
 */
export class BodyRecording {
  /** The whole body, once it has been sent; `null` where it was not, or was too large to be held. */
  readonly text: Promise<string | null>;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #settle: ((text: string | null) => void) | null = null;

  private constructor(generator: AsyncGenerator<unknown>) {
    this.text = new Promise((resolve) => {
      this.#settle = resolve;
    });
    const next = generator.next.bind(generator) as Next;
    const value: Next = (...args) => {
      const result = next(...args);
      result.then(
        (step) => guard('tap.request_body', () => (step.done === true ? this.#finish() : this.#take(step.value))),
        () => this.stop(),
      );
      return result;
    };
    Object.defineProperty(generator, 'next', { configurable: true, writable: true, enumerable: false, value });
  }

  /** `null`: nothing that can be followed without being consumed. */
  static of(body: unknown): BodyRecording | null {
    if (Object.prototype.toString.call(body) !== '[object AsyncGenerator]') return null;
    return Object.isExtensible(body) ? new BodyRecording(body as AsyncGenerator<unknown>) : null;
  }

  /** Gives the rest up. */
  stop(): void {
    this.#settle?.(null);
    this.#settle = null;
    this.#chunks.length = 0;
  }

  #take(chunk: unknown): void {
    if (this.#settle === null) return;
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : ArrayBuffer.isView(chunk) ? copyOf(chunk) : null;
    this.#bytes += bytes?.length ?? 0;
    if (bytes === null || this.#bytes > MAX_BODY_BYTES) this.stop();
    else this.#chunks.push(bytes);
  }

  #finish(): void {
    this.#settle?.(new TextDecoder().decode(Buffer.concat(this.#chunks)));
    this.stop();
  }
}

function copyOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength).slice();
}
