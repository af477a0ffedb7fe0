export interface JudgedRate {
  /** Share of the judged pairs the judge calls positive, and how many there are. */
  readonly rate: number;
  readonly judged: number;
  /** Share of true negatives it calls negative, on how many canaries or labels. */
  readonly specificity: number;
  readonly negatives: number;
  /** Share of true positives it calls positive, on how many. */
  readonly sensitivity: number;
  readonly positives: number;
}

/** An estimate with its interval; the interval may leave out the point, which is not adjusted. */
export interface CorrectedRate {
  readonly point: number;
  readonly lower: number;
  readonly upper: number;
}

/**
 * The rate behind a judge that errs: (rate + specificity - 1) / (specificity + sensitivity - 1), in [0,1].
 *
 * Serves: the win rate shown beside the judge's own. Assumes: the judge errs here as often as where it was tried.
 * Source: Rogan and Gladen (1978) for the point; Lang and Reiczigel, "Confidence limits for prevalence of disease adjusted for
 * estimated sensitivity and specificity" (2014) for the interval: Agresti-Coull for the rate, (x + 1)/(m + 2) for the others.
 * Cost: O(1). Example: .4 of 1000 at .7 (200) and .9 (200) -> .1667 (.0564, .2627).
 * Null where specificity + sensitivity is not above 1: the judge is no better than a coin.
 *
 * @param z quantile of the normal distribution; default 1.96 (95 %, two-sided).
 */
export function roganGladen(judged: JudgedRate, z: number = 1.959963984540054): CorrectedRate | null {
  const { rate, specificity, sensitivity } = judged;
  for (const share of [rate, specificity, sensitivity]) {
    if (!(share >= 0 && share <= 1)) throw new RangeError(`expected a rate in [0,1], got ${share}`);
  }
  for (const count of [judged.judged, judged.negatives, judged.positives]) {
    if (!(count > 0 && Number.isFinite(count))) throw new RangeError(`expected a count above 0, got ${count}`);
  }
  const youden = specificity + sensitivity - 1;
  const n = judged.judged + z * z;
  const p = (judged.judged * rate + (z * z) / 2) / n;
  const [q0, var0] = plusTwo(specificity, judged.negatives);
  const [q1, var1] = plusTwo(sensitivity, judged.positives);
  const adjusted = q0 + q1 - 1;
  if (!(youden > 0 && adjusted > 0)) return null;
  const centre = (p + q0 - 1) / adjusted;
  const shift = 2 * z * z * (centre * var1 - (1 - centre) * var0);
  const error = Math.sqrt((p * (1 - p)) / n + centre ** 2 * var1 + (1 - centre) ** 2 * var0) / adjusted;
  return {
    point: unit((rate + specificity - 1) / youden),
    lower: unit(centre + shift - z * error),
    upper: unit(centre + shift + z * error),
  };
}

/** The rate with one success and one failure more, and its variance. */
function plusTwo(rate: number, count: number): readonly [number, number] {
  const q = (count * rate + 1) / (count + 2);
  return [q, (q * (1 - q)) / (count + 2)];
}

function unit(value: number): number {
  return Math.min(1, Math.max(0, value));
}
