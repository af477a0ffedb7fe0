import { BETS } from '../stats/bets.js';
import { readInteger, TallyError, writeInteger } from './integers.js';
import { sumsOf, type Sums, type Tally } from './tally.js';

/** The first byte of a stored tally. */
export const TALLY_VERSION = 2;

/** Without marks, from before there was a gate that makes any: a ledger may still hold such tallies, and they are read as what they say. */
export const UNMARKED_VERSION = 1;

/**
 * The bytes of a tally: version, m as a float, then every sum as a zigzag variable-length integer, at most about 700 bytes.
 *
 * Equal evidence gives equal bytes, whatever the order and the split of the work.
 */
export function encodeTally(tally: Tally): Uint8Array {
  const bytes: number[] = [TALLY_VERSION];
  const m = new DataView(new ArrayBuffer(8));
  m.setFloat64(0, tally.m);
  bytes.push(...new Uint8Array(m.buffer));
  for (const sum of listed(sumsOf(tally))) writeInteger(bytes, sum);
  return Uint8Array.from(bytes);
}

/**
 * @throws TallyError for another version, bytes cut short or left over, or a boundary outside (0,1).
 */
export function decodeTally(bytes: Uint8Array): Tally {
  if (bytes[0] !== TALLY_VERSION && bytes[0] !== UNMARKED_VERSION)
    throw new TallyError(`expected a tally of version ${TALLY_VERSION}, got ${String(bytes[0])}`);
  if (bytes.length < 9) throw new TallyError('a tally is cut short');
  const m = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat64(1);
  if (!(m > 0 && m < 1)) throw new TallyError(`expected the boundary of a tally in (0,1), got ${m}`);
  const reader = { bytes, at: 9 };
  const next = (): bigint => readInteger(reader);
  const nextMark = (): bigint => (bytes[0] === UNMARKED_VERSION ? 0n : next());
  const sums: Sums = {
    pairs: next(),
    missing: next(),
    wins: next(),
    ties: next(),
    losses: next(),
    weight: next(),
    reference: next(),
    candidate: next(),
    marked: nextMark(),
    unpricedIncumbent: nextMark(),
    unpricedCandidate: nextMark(),
    safe: Array.from({ length: BETS }, next),
    harm: Array.from({ length: BETS }, next),
  };
  if (reader.at !== bytes.length) throw new TallyError('a tally has bytes left over');
  const { pairs, missing, wins, ties, losses, marked, unpricedIncumbent, unpricedCandidate } = sums;
  const marks = [marked, unpricedIncumbent, unpricedCandidate];
  if ([missing, wins, ties, losses, ...marks].some((count) => count < 0n) || pairs !== missing + wins + ties + losses) {
    throw new TallyError('the counts of a tally do not add up');
  }
  return { m, sums, pending: new Map() };
}

function listed(sums: Sums): readonly bigint[] {
  const { pairs, missing, wins, ties, losses, weight, reference, candidate, safe, harm } = sums;
  const { marked, unpricedIncumbent, unpricedCandidate } = sums;
  const marks = [marked, unpricedIncumbent, unpricedCandidate];
  return [pairs, missing, wins, ties, losses, weight, reference, candidate, ...marks, ...safe, ...harm];
}
