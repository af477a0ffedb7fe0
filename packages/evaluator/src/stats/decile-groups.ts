/**
 * Groups the bins of an ordered histogram by the deciles of the reference: the number of the group of each bin, from 0.
 *
 * Serves: the population stability index. Assumes: counts of the reference over bins fixed beforehand. A bin belongs to the
 * decile it begins in and is never split. Bins below and above everything the reference has are groups of their own: a
 * reference of one value would otherwise never see a shift.
 * Cost: one pass. Example: [0, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 0] -> 0..11; [90, 1, 9] -> [0, 1, 1].
 */
export function decileGroups(reference: readonly number[]): readonly number[] {
  const total = reference.reduce((sum, count) => sum + count, 0);
  let before = 0;
  let group = -1;
  let last: number | null = null;
  return reference.map((count) => {
    const decile = total === 0 ? 0 : before === 0 && count === 0 ? -1 : Math.floor((10 * before) / total);
    before += count;
    if (decile !== last) group += 1;
    last = decile;
    return group;
  });
}
