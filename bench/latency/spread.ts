import { fractions } from '../../packages/evaluator/src/stats/mulberry32.js';
import { quantile } from '../overhead/statistics.js';

/** What was measured in each block of one arm, in milliseconds. The blocks at one index, of all arms, are one round. */
export type Blocks = readonly (readonly number[])[];

/** Draws of each of the two below. */
const DRAWS = 400;

/**
 * How far apart two arms that are alike come by chance: in each round a coin says which of the two blocks belongs to which arm (a
 * randomization test, E. S. Edgington, *Randomization Tests*, 1980). Calls of a block wait for the same pauses of the process, so whole blocks change
 * places, never single calls.
 *
 * @returns What the ratio of the two quantiles, the larger over the smaller one, stays under in 95 of 100 draws, less one.
 */
export function spreadOf(one: Blocks, other: Blocks, q: number): number {
  const random = fractions(1);
  const ratios = Array.from({ length: DRAWS }, () => {
    const swapped = one.map(() => random() < 0.5);
    const side = (isSwapped: boolean): number =>
      quantile(
        swapped.flatMap((swap, round) => (swap === isSwapped ? one : other)[round] ?? []),
        q,
      );
    const ratio = side(true) / side(false);
    return Math.max(ratio, 1 / ratio);
  });
  return quantile(ratios, 0.95) - 1;
}

/**
 * Between what the ratio of two arms' quantiles lies: rounds are drawn with replacement, each with the blocks of all arms (B. Efron, *Bootstrap methods*,
 * Ann. Statist. 7, 1979).
 *
 * @returns The 5th and the 95th percentile of the ratio: 90 of 100 draws are between them.
 */
export function ratioBetween(over: Blocks, under: readonly Blocks[], q: number): readonly [number, number] {
  const random = fractions(2);
  const ratios = Array.from({ length: DRAWS }, () => {
    const rounds = over.map(() => Math.floor(random() * over.length));
    const drawn = (blocks: Blocks): number[] => rounds.flatMap((round) => blocks[round] ?? []);
    return quantile(drawn(over), q) / quantile(under.flatMap(drawn), q);
  });
  return [quantile(ratios, 0.05), quantile(ratios, 0.95)];
}
