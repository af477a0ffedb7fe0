import { HeldBytes } from './held-bytes.js';
import { Pace } from './pace.js';

/** Of the event loop's time, what reading the answers of shadows may take. A thousand pieces of usual streams take some 5 ms. */
export const READING: Pace = new Pace({ share: 0.25, burstMs: 4, now: () => performance.now() });

/** Of the memory, what answers of shadows may take until they are read. */
export const ANSWERS: HeldBytes = new HeldBytes({ free: 64 * 1024, most: 8 * 1024 * 1024 });
