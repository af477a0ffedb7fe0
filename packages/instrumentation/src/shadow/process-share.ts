import { HeldBytes } from './held-bytes.js';
import { Pace } from './pace.js';
import { Turns } from './turns.js';

/** What a usual answer takes on the wire. */
const USUAL_BYTES = 64 * 1024;

/** Of the event loop's time, what reading large answers may take. */
const LARGE_SHARE = 0.25;
/** So many bytes a second of all large answers: what is read leaves garbage of several times its size, which is collected later. */
const LARGE_BYTES_PER_MS = (4 * 1024 * 1024) / 1000;

const now = (): number => performance.now();

/** The time of the event loop that goes into reading answers. */
class ReadingTime {
  readonly #turns = new Turns({ sliceMs: 4, now });
  /** A leg that takes longer for it is no harm to anybody but its own candidate. */
  readonly #large = new Pace({ share: LARGE_SHARE, burstMs: 4, now });

  /** Resolves when a piece of a response may be read of which so many bytes have come, and where the signal fires. */
  async turn(bytes: number, signal: AbortSignal): Promise<void> {
    if (bytes > USUAL_BYTES) await this.#large.turn(signal);
    await this.#turns.turn(signal);
  }

  /**
   * Reads a piece of a response of which so many bytes have come.
   *
   * @param pieceBytes What is read or made of it now.
   */
  run<Result>(bytes: number, pieceBytes: number, work: () => Result): Result {
    if (bytes <= USUAL_BYTES) return this.#turns.run(work);
    const leastMs = (pieceBytes / LARGE_BYTES_PER_MS) * LARGE_SHARE;
    return this.#turns.run(() => this.#large.run(work, leastMs));
  }
}

/**
 * For all shadows of the process. Usual answers are read as they come, some milliseconds in a turn of the loop; larger ones in a quarter
 * of the time and at 4 MiB a second at most.
 */
export const READING: Pick<ReadingTime, 'turn' | 'run'> = new ReadingTime();

/** For all shadows of the process: what unfinished answers may take of its memory, beyond a usual one each. */
export const ANSWERS: HeldBytes = new HeldBytes({ free: USUAL_BYTES, most: 4 * 1024 * 1024 });
