import type { Leg } from '@understudy/instrumentation/trial';
import { type Delta, deltaOf, known } from './delta.js';

/**
 * Tokens a second while the answer was written: of a streamed answer all but the first, over the time from its first chunk to its end;
 * else all of them over the whole time. Not known where the tokens were not counted, of less than two tokens, and where no time
 * passed (an answer in one chunk).
 * Example: 101 tokens, first chunk after 500 ms, end after 2,500 ms -> 50.
 */
export function outputSpeedDelta(primary: Leg, other: Leg): Delta {
  return deltaOf(outputSpeedOf(primary), outputSpeedOf(other));
}

function outputSpeedOf(leg: Leg): number | null {
  if (leg.status !== 'ok') return null;
  const [tokens, duration] = [known(leg.usage?.outputTokens), known(leg.durationMs)];
  if (tokens === null || duration === null || tokens < 2) return null;
  const first = known(leg.firstChunkMs);
  const [written, milliseconds] = first === null ? [tokens, duration] : [tokens - 1, duration - first];
  return milliseconds > 0 ? (written / milliseconds) * 1000 : null;
}
