/** Bins with their lower ends, ascending; the last has no upper end. */
export interface Bins {
  readonly from: readonly number[];
  readonly labelOf: (from: number) => string;
}

/** Milliseconds, each bin a quarter more than the one before. */
export const LATENCY_BINS: Bins = {
  from: [0, ...Array.from({ length: 60 }, (_, at) => 1.25 ** at)],
  labelOf: (from) => (from >= 1000 ? `${Number((from / 1000).toPrecision(2))} s` : `${Math.round(from)} ms`),
};

/** Scores in [0,1]; those of 1 have a bin of their own. */
export const SCORE_BINS: Bins = {
  from: Array.from({ length: 21 }, (_, at) => at / 20),
  labelOf: (from) => from.toFixed(2),
};

/** Counts over fixed bins. */
export interface Histogram {
  readonly bins: Bins;
  readonly counts: readonly number[];
  /** What is no number, or below the first bin, is not counted. */
  add(value: number | null): void;
}

export function histogramOf(bins: Bins): Histogram {
  const counts = bins.from.map(() => 0);
  return {
    bins,
    counts,
    add: (value) => {
      if (value === null || !Number.isFinite(value)) return;
      const at = bins.from.findLastIndex((from) => value >= from);
      if (at >= 0) counts[at] = (counts[at] ?? 0) + 1;
    },
  };
}
