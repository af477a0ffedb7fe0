/**
 * Cohen's kappa: agreement of two raters beyond what their own habits would give by chance.
 *
 * Serves: the judge beside human labels; shown. Assumes: `counts[i][j]` = pairs the first put into class i, the second into j.
 * Source: Cohen, "A coefficient of agreement for nominal scales" (1960). Cost: one pass.
 * Example: [[20, 5], [10, 15]] -> (.7 - .5) / (1 - .5) = .4. Null without pairs, and where both always say the same one class.
 */
export function cohenKappa(counts: readonly (readonly number[])[]): number | null {
  const size = counts.length;
  const rows = counts.map((row) => sum(row));
  const total = sum(rows);
  if (!counts.every((row) => row.length === size && row.every(isCount))) {
    throw new RangeError('expected a square table of counts');
  }
  if (total === 0) return null;
  let same = 0;
  let chance = 0;
  for (let at = 0; at < size; at += 1) {
    same += counts[at]?.[at] ?? 0;
    chance += (rows[at] ?? 0) * sum(counts.map((row) => row[at] ?? 0));
  }
  const expected = chance / (total * total);
  return expected >= 1 ? null : (same / total - expected) / (1 - expected);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
