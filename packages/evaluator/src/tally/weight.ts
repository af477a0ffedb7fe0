/** pi_min / pi, with which a pair counts; null where pi is no probability, or lies below what the run declares. */
export function weightOf(pi: number, piMin: number): number | null {
  return piMin > 0 && pi >= piMin && pi <= 1 ? piMin / pi : null;
}
