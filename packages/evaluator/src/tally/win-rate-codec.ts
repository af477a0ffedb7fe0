import { LABEL_BETS } from '../stats/label-bets.js';
import { readInteger, TallyError, writeInteger } from './integers.js';
import { emptyWinRate, NUMBERS, type WinRate, winRateSums, type WinRateSums } from './win-rate.js';

/** The first byte of a stored win rate: what it is, and its version. A tally begins with 2. */
export const WIN_RATE_VERSION = 0x21;

const HEADER = 17;

/**
 * The bytes of a win rate: version, m and the probability of an offer as floats, then every sum as a zigzag variable-length
 * integer: about 1.3 KB. Equal evidence gives equal bytes, whatever the order and the split of the work.
 */
export function encodeWinRate(rate: WinRate): Uint8Array {
  const header = new DataView(new ArrayBuffer(HEADER));
  header.setUint8(0, WIN_RATE_VERSION);
  header.setFloat64(1, rate.design.m);
  header.setFloat64(9, rate.design.offered);
  const bytes = [...new Uint8Array(header.buffer)];
  const { numbers, table, safe, harm } = winRateSums(rate);
  for (const sum of [...numbers, ...table, ...safe, ...harm]) writeInteger(bytes, sum);
  return Uint8Array.from(bytes);
}

/**
 * @throws TallyError for another version, bytes cut short or left over, a design that is none, counts that do not add up.
 */
export function decodeWinRate(bytes: Uint8Array): WinRate {
  if (bytes[0] !== WIN_RATE_VERSION) {
    throw new TallyError(`expected a win rate of version ${WIN_RATE_VERSION}, got ${String(bytes[0])}`);
  }
  if (bytes.length < HEADER) throw new TallyError('a win rate is cut short');
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rate = emptyOf(header.getFloat64(1), header.getFloat64(9));
  const reader = { bytes, at: HEADER };
  const list = (length: number): bigint[] => Array.from({ length }, () => readInteger(reader));
  const sums: WinRateSums = {
    numbers: list(NUMBERS.length),
    table: list(9),
    safe: list(LABEL_BETS),
    harm: list(LABEL_BETS),
  };
  if (reader.at !== bytes.length) throw new TallyError('a win rate has bytes left over');
  checkCounts(sums);
  return { ...rate, sums };
}

function emptyOf(m: number, offered: number): WinRate {
  try {
    return emptyWinRate({ m, offered });
  } catch (error) {
    throw new TallyError(`the design of a win rate is none: ${String(error)}`);
  }
}

function checkCounts({ numbers, table }: WinRateSums): void {
  const counts = [...numbers.slice(0, NUMBERS.indexOf('weight')), ...table];
  const [pairs = 0n, missing = 0n, known = 0n, abstained = 0n, offered = 0n, unanswered = 0n, ...verdicts] =
    numbers.slice(0, NUMBERS.indexOf('weight'));
  const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);
  const adds = pairs === missing + abstained + sum(verdicts) && known <= sum(verdicts);
  if (counts.some((count) => count < 0n) || !adds || unanswered > offered || sum(table) > offered) {
    throw new TallyError('the counts of a win rate do not add up');
  }
}
