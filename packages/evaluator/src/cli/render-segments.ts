import { describeSegments } from '../decide/segment-states.js';
import type { Standing } from '../decide/standing.js';
import { printableLine } from './foreign-text.js';

/** Where the critical segments stand, and which others do worse, in a line each; nothing where there are none. */
export function renderSegments({ verdict, state: { transitions } }: Standing): readonly string[] {
  return describeSegments({ verdict, transitions }).map(printableLine);
}
