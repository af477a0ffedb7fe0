import { readInteger, TallyError, writeInteger } from './integers.js';

/** Whole numbers by name: adding and merging in any order give the same. What is not there is 0. */
export type Counters = Map<string, bigint>;

/** The first byte of stored counters: what it is, and its version. */
export const COUNTERS_VERSION = 0x41;

/** Names are ours, and few. */
const MOST_NAMES = 4096;
const LONGEST_NAME = 128;

export function addCount(counters: Counters, name: string, by: number | bigint = 1): void {
  counters.set(name, (counters.get(name) ?? 0n) + BigInt(by));
}

/** The sums of both. Neither argument changes. */
export function mergeCounters(a: ReadonlyMap<string, bigint>, b: ReadonlyMap<string, bigint>): Counters {
  const sums = new Map(a);
  for (const [name, count] of b) addCount(sums, name, count);
  return sums;
}

export function countOf(counters: ReadonlyMap<string, bigint>, name: string): number {
  return Number(counters.get(name) ?? 0n);
}

/** The bytes of counters: version, then each that is not 0 by name, as length, text and zigzag variable-length integer. Equal counts give equal bytes. */
export function encodeCounters(counters: ReadonlyMap<string, bigint>): Uint8Array {
  const bytes: number[] = [COUNTERS_VERSION];
  const entries = [...counters].filter(([, count]) => count !== 0n).toSorted(([a], [b]) => (a < b ? -1 : 1));
  writeInteger(bytes, BigInt(entries.length));
  for (const [name, count] of entries) {
    const text = Buffer.from(name);
    writeInteger(bytes, BigInt(text.length));
    bytes.push(...text);
    writeInteger(bytes, count);
  }
  return Uint8Array.from(bytes);
}

/** @throws TallyError for another version, bytes cut short or left over. */
export function decodeCounters(bytes: Uint8Array): Counters {
  if (bytes[0] !== COUNTERS_VERSION)
    throw new TallyError(`expected counters of version ${COUNTERS_VERSION}, got ${String(bytes[0])}`);
  const reader = { bytes, at: 1 };
  const counters: Counters = new Map();
  const size = readInteger(reader);
  if (size < 0n || size > MOST_NAMES) throw new TallyError('counters are too many');
  for (let left = size; left > 0n; left -= 1n) {
    const length = Number(readInteger(reader));
    if (!(length > 0 && length <= LONGEST_NAME && reader.at + length <= bytes.length))
      throw new TallyError('counters hold a name that is none');
    const name = Buffer.from(bytes.subarray(reader.at, reader.at + length)).toString();
    reader.at += length;
    counters.set(name, readInteger(reader));
  }
  if (reader.at !== bytes.length) throw new TallyError('counters have bytes left over');
  return counters;
}
