import { decodeTally, encodeTally, TALLY_VERSION } from './codec.js';
import { mergeTallies } from './tally.js';
import { decodeWinRate, encodeWinRate } from './win-rate-codec.js';
import { mergeWinRates } from './win-rate.js';

/**
 * The sum of two pieces of evidence of one metric, as bytes. What they are stands in their first byte.
 *
 * @throws TallyError for bytes that are neither; RangeError for evidence against different boundaries
 */
export function mergeStored(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a[0] === TALLY_VERSION
    ? encodeTally(mergeTallies(decodeTally(a), decodeTally(b)))
    : encodeWinRate(mergeWinRates(decodeWinRate(a), decodeWinRate(b)));
}
