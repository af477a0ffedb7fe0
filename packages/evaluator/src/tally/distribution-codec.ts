import { SMALLEST_KEPT } from '../stats/distinct-outputs.js';
import { type Distribution, emptyDistribution, isHash } from './distribution.js';
import { readInteger, TallyError, writeInteger } from './integers.js';

/** The first byte of a stored distribution: what it is, and its version. */
export const DISTRIBUTION_VERSION = 0x31;

/**
 * The bytes of a distribution: version, then every count, then the kept hashes as steps, as zigzag variable-length integers;
 * below 1 KB. Equal sets of answers give equal bytes, whatever the order and the split of the work.
 */
export function encodeDistribution(distribution: Distribution): Uint8Array {
  const bytes: number[] = [DISTRIBUTION_VERSION];
  const { answers, counts, hashed, smallest } = distribution;
  for (const count of [answers, ...counts.flat(), hashed, smallest.length]) writeInteger(bytes, BigInt(count));
  for (const [at, hash] of smallest.entries()) writeInteger(bytes, BigInt(hash - (smallest[at - 1] ?? 0)));
  return Uint8Array.from(bytes);
}

/** @throws TallyError for another version, bytes cut short or left over, or a count that is none. */
export function decodeDistribution(bytes: Uint8Array): Distribution {
  if (bytes[0] !== DISTRIBUTION_VERSION) {
    throw new TallyError(`expected a distribution of version ${DISTRIBUTION_VERSION}, got ${String(bytes[0])}`);
  }
  const reader = { bytes, at: 1 };
  const count = (): number => {
    const value = Number(readInteger(reader));
    if (!(Number.isSafeInteger(value) && value >= 0)) throw new TallyError('a distribution holds a count that is none');
    return value;
  };
  const answers = count();
  const counts = emptyDistribution().counts.map((bins) => bins.map(count));
  const hashed = count();
  const smallest = readHashes(count);
  if (reader.at !== bytes.length) throw new TallyError('a distribution has bytes left over');
  if (hashed > answers || smallest.length > hashed) {
    throw new TallyError('the counts of a distribution do not add up');
  }
  return { answers, counts, hashed, smallest };
}

function readHashes(count: () => number): readonly number[] {
  const length = count();
  if (length > SMALLEST_KEPT) throw new TallyError('a distribution holds too many hashes');
  let hash = 0;
  return Array.from({ length }, (_, at) => {
    const step = count();
    hash += step;
    if ((at > 0 && step === 0) || !isHash(hash)) throw new TallyError('a distribution holds a hash that is none');
    return hash;
  });
}
