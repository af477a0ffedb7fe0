import { addPair, type Tally } from './tally.js';

/**
 * Adds the evidence of `from` to `into`, which changes; `from` does not. The same as merging them, and cheap where `from` is small
 * and many of them come.
 *
 * @throws RangeError where they were tested against different boundaries.
 */
export function absorbTally(into: Tally, from: Tally): void {
  if (into.m !== from.m)
    throw new RangeError(`tallies of different boundaries cannot be merged: ${into.m} and ${from.m}`);
  for (const { observation, weight, count } of from.pending.values()) addPair(into, observation, weight, count);
  const { safe, harm, ...numbers } = from.sums;
  if (numbers.pairs === 0n) return;
  for (const name of Object.keys(numbers) as (keyof typeof numbers)[]) into.sums[name] += numbers[name];
  for (const [at, sum] of safe.entries()) into.sums.safe[at] = (into.sums.safe[at] ?? 0n) + sum;
  for (const [at, sum] of harm.entries()) into.sums.harm[at] = (into.sums.harm[at] ?? 0n) + sum;
}
