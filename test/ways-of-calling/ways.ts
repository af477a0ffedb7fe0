import { chatWays } from './chat-ways.js';
import { failingWays } from './failing-ways.js';
import { otherWays } from './other-ways.js';
import { streamWays } from './stream-ways.js';
import type { Way } from './way.js';

/** Every way of calling that is held to be the same with and without the tap. A new one is an entry in one of the lists. */
export const WAYS: readonly Way[] = [...chatWays, ...streamWays, ...failingWays, ...otherWays];
