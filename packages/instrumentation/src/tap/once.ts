import { clearTimeout, setTimeout } from 'node:timers';
import { guard } from '../guard.js';
import type { BodyObserver } from './observer.js';

/** A body somebody holds may stay silent for this many deadlines: a model may think for minutes before it says anything. */
const SILENT_DEADLINES = 10;

/** The reason fetch itself gives when it cancels the body of a response that nobody holds any more. */
const COLLECTED = 'Response object has been garbage collected';

/**
 * Fences an observer of a body, lets it settle once, and drops it then: what tells it may live long after. A body that lies
 * unread counts as abandoned.
 */
export class Once implements BodyObserver {
  readonly abandonedAfterMs: number;
  #observer: BodyObserver | null;
  #held: () => boolean = () => false;
  #timer: NodeJS.Timeout | null = null;
  #moved = false;
  #silent = 0;

  constructor(observer: BodyObserver) {
    this.#observer = observer;
    this.abandonedAfterMs = observer.abandonedAfterMs;
  }

  /** Starts the deadline. Its timer never keeps the process alive. `held`: somebody is waiting for what comes next. */
  expectReading(held: () => boolean): void {
    if (this.#observer === null) return;
    this.#held = held;
    this.#timer = setTimeout(() => this.#check(), this.abandonedAfterMs).unref();
  }

  /** Something has come, if nothing that could be shown yet. */
  moved(): void {
    this.#moved = true;
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
    const held = guard('tap.held', this.#held) === true;
    this.#silent = this.#moved ? 0 : this.#silent + 1;
    if (this.#moved || (held && this.#silent < SILENT_DEADLINES)) {
      this.#moved = false;
      this.#timer?.refresh();
    } else {
      this.abandoned();
    }
  }
}
