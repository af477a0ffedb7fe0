import { decodeTally, encodeTally, TALLY_VERSION, UNMARKED_VERSION } from './codec.js';
import { CONFUSION_VERSION, decodeConfusion, encodeConfusion } from './confusion-codec.js';
import { mergeConfusions } from './confusion.js';
import { COUNTERS_VERSION, decodeCounters, encodeCounters, mergeCounters } from './counters.js';
import { decodeDistribution, DISTRIBUTION_VERSION, encodeDistribution } from './distribution-codec.js';
import { mergeDistributions } from './distribution.js';
import { TallyError } from './integers.js';
import { mergeTallies } from './tally.js';
import { decodeWinRate, encodeWinRate, WIN_RATE_VERSION } from './win-rate-codec.js';
import { mergeWinRates } from './win-rate.js';

type Merge = (a: Uint8Array, b: Uint8Array) => Uint8Array;

const tallies: Merge = (a, b) => encodeTally(mergeTallies(decodeTally(a), decodeTally(b)));

/** By the first byte: one line a kind of evidence. */
const KINDS: ReadonlyMap<number, Merge> = new Map<number, Merge>([
  [TALLY_VERSION, tallies],
  [UNMARKED_VERSION, tallies],
  [WIN_RATE_VERSION, (a, b) => encodeWinRate(mergeWinRates(decodeWinRate(a), decodeWinRate(b)))],
  [
    DISTRIBUTION_VERSION,
    (a, b) => encodeDistribution(mergeDistributions(decodeDistribution(a), decodeDistribution(b))),
  ],
  [COUNTERS_VERSION, (a, b) => encodeCounters(mergeCounters(decodeCounters(a), decodeCounters(b)))],
  [CONFUSION_VERSION, (a, b) => encodeConfusion(mergeConfusions(decodeConfusion(a), decodeConfusion(b)))],
]);

/**
 * The sum of two pieces of evidence of one metric, as bytes. What they are stands in their first byte.
 *
 * @throws TallyError for bytes that are none of them; RangeError for evidence against different boundaries
 */
export function mergeStored(a: Uint8Array, b: Uint8Array): Uint8Array {
  const merge = KINDS.get(a[0] ?? -1);
  if (merge === undefined) throw new TallyError(`expected stored evidence, got bytes that begin with ${String(a[0])}`);
  return merge(a, b);
}
