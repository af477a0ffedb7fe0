import { HeldBytes } from './held-bytes.js';
import { Pace } from './pace.js';
import { Reading, type ReadingOptions } from './reading.js';
import { Turns } from './turns.js';

/**
 * No model says more: an event of a token takes some 300 bytes, so that these are 3,600 tokens a second, and 900 at once beyond what
 * might have been said while it was thought about.
 */
export const USUAL: ReadingOptions['usual'] = { bytes: 256 * 1024, bytesPerMs: (1024 * 1024) / 1000 };

/** Of the event loop's time, what reading floods may take. */
const FLOOD_SHARE = 0.25;
/** So many bytes a second of all floods together: what is read leaves garbage of several times its size, which is collected later. */
const FLOOD_BYTES_PER_MS = (4 * 1024 * 1024) / 1000;
/** And so many when there was none for a while. */
const FLOOD_BURST_BYTES = 1024 * 1024;
const MS_PER_FLOOD_BYTE = FLOOD_SHARE / FLOOD_BYTES_PER_MS;

/** What an unfinished answer of usual size takes of memory. */
const USUAL_HELD = 64 * 1024;

const now = (): number => performance.now();

const SHARED: ReadingOptions = {
  turns: new Turns({ sliceMs: 4, now }),
  // A flood that takes longer for it is no harm to anybody but its own candidate. One large answer now and then does not take longer.
  floods: new Pace({ share: FLOOD_SHARE, burstMs: FLOOD_BURST_BYTES * MS_PER_FLOOD_BYTE, now }),
  floodMs: (bytes) => bytes * MS_PER_FLOOD_BYTE,
  usual: USUAL,
  now,
};

/**
 * The reading of a response that is asked for now. All shadows of the process share the time of the event loop: what comes as answers
 * do is read as it comes, some milliseconds in a turn of the loop; floods in a quarter of the time and at 4 MiB a second at most.
 */
export function openReading(mostHeldMs?: number): Reading {
  return new Reading(SHARED, mostHeldMs);
}

/** For all shadows of the process: what unfinished answers may take of its memory, beyond a usual one each. */
export const ANSWERS: HeldBytes = new HeldBytes({ free: USUAL_HELD, most: 4 * 1024 * 1024 });
