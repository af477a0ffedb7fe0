/** The value in the middle, or the mean of the two there. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear between the two values around it. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}
