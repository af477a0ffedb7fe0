import { cellsOf, type Confusion, MOST_LABELS, NO_LABEL } from './confusion.js';
import { isHash } from './distribution.js';
import { readInteger, TallyError, writeInteger } from './integers.js';

/** The first byte of stored labels: what it is, and its version. */
export const CONFUSION_VERSION = 0x51;

/** Numbers of labels begin with those of the two that are none. */
const NAMED = -NO_LABEL;

/**
 * The bytes of a matrix of labels: version, all pairs and the equal ones, the labels as steps, then every cell by the numbers of its labels.
 * Equal sets of pairs give equal bytes.
 */
export function encodeConfusion(confusion: Confusion): Uint8Array {
  const bytes: number[] = [CONFUSION_VERSION];
  const cells = cellsOf(confusion).toSorted((a, b) => a.primary - b.primary || a.other - b.other);
  const labels = [...new Set(cells.flatMap(({ primary, other }) => [primary, other]))]
    .filter((label) => label >= 0)
    .toSorted((a, b) => a - b);
  const numbers = new Map(labels.map((label, at) => [label, at + NAMED]));
  const numberOf = (label: number): number => numbers.get(label) ?? label + NAMED;
  for (const count of [confusion.pairs, confusion.same, labels.length]) writeInteger(bytes, BigInt(count));
  for (const [at, label] of labels.entries()) writeInteger(bytes, BigInt(label - (labels[at - 1] ?? 0)));
  writeInteger(bytes, BigInt(cells.length));
  for (const { primary, other, count } of cells) {
    for (const value of [numberOf(primary), numberOf(other), count]) writeInteger(bytes, BigInt(value));
  }
  return Uint8Array.from(bytes);
}

/** @throws TallyError for another version, bytes cut short or left over, or counts that do not add up. */
export function decodeConfusion(bytes: Uint8Array): Confusion {
  if (bytes[0] !== CONFUSION_VERSION)
    throw new TallyError(`expected labels of version ${CONFUSION_VERSION}, got ${String(bytes[0])}`);
  const reader = { bytes, at: 1 };
  const count = (most: number): number => {
    const value = Number(readInteger(reader));
    if (!(value >= 0 && value <= most)) throw new TallyError('labels hold a count that is none');
    return value;
  };
  const [pairs, same] = [count(Number.MAX_SAFE_INTEGER), count(Number.MAX_SAFE_INTEGER)];
  let last = 0;
  const labels = Array.from({ length: count(MOST_LABELS) }, () => {
    last += count(Number.MAX_SAFE_INTEGER);
    if (!isHash(last)) throw new TallyError('labels hold a hash that is none');
    return last;
  });
  const label = (): number => {
    const number = count(labels.length + NAMED - 1) - NAMED;
    return labels[number] ?? number;
  };
  const cells = new Map<string, number>();
  for (let left = count((MOST_LABELS + NAMED) ** 2); left > 0; left -= 1) {
    const key = `${label()} ${label()}`;
    cells.set(key, count(pairs));
  }
  const sum = [...cells.values()].reduce((all, one) => all + one, 0);
  if (reader.at !== bytes.length || sum !== pairs || same > pairs) throw new TallyError('labels do not add up');
  return { pairs, same, cells };
}
