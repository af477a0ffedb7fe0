/** A number of the primary beside that of another leg. A side that is not known is null, never 0. */
export interface Delta {
  readonly primary: number | null;
  readonly other: number | null;
  /** `other - primary`; null where either is not known. */
  readonly difference: number | null;
  /** `other / primary`; null where either is not known, or the primary's is 0. */
  readonly ratio: number | null;
}

export function deltaOf(primary: number | null, other: number | null): Delta {
  const known = primary !== null && other !== null;
  return {
    primary,
    other,
    difference: known ? other - primary : null,
    ratio: known && primary !== 0 ? other / primary : null,
  };
}

/** A number that can be counted with, else null. */
export function known(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) && value >= 0 ? value : null;
}
