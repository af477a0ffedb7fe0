/** Stored bytes are not evidence this version can read. */
export class TallyError extends Error {
  readonly code = 'tally';

  constructor(message: string) {
    super(message);
    this.name = 'TallyError';
  }
}

/** Zigzag: 0, -1, 1, -2, ... become 0, 1, 2, 3, ...; then 7 bits a byte, lowest first. */
export function writeInteger(bytes: number[], value: bigint): void {
  let rest = value < 0n ? (-value << 1n) - 1n : value << 1n;
  while (rest > MOST_EXACT) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  // Below 2^53 a number is exact, and much faster.
  let small = Number(rest);
  while (small >= 0x80) {
    bytes.push((small % 0x80) | 0x80);
    small = Math.floor(small / 0x80);
  }
  bytes.push(small);
}

const MOST_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

/** Longest integer accepted: 20 groups of 7 bits hold every sum of 2^98 pairs, more than any producer can claim to have lost. */
const LONGEST = 20;
/** So many groups are exact in a number. */
const EXACT_GROUPS = 7;

/** Where the reading of stored bytes is. */
export interface IntegerReader {
  readonly bytes: Uint8Array;
  at: number;
}

/** @throws TallyError where the bytes end, or the integer does not. */
export function readInteger(reader: IntegerReader): bigint {
  let low = 0;
  let high = 0n;
  for (let group = 0; group < LONGEST; group += 1) {
    const byte = reader.bytes[reader.at];
    if (byte === undefined) throw new TallyError('a tally is cut short');
    reader.at += 1;
    if (group < EXACT_GROUPS) low += (byte & 0x7f) * 2 ** (7 * group);
    else high |= BigInt(byte & 0x7f) << BigInt(7 * group);
    if (byte < 0x80) return unzigzag(BigInt(low) | high);
  }
  throw new TallyError('a tally holds an integer that is too long');
}

function unzigzag(value: bigint): bigint {
  return value & 1n ? -((value + 1n) >> 1n) : value >> 1n;
}
