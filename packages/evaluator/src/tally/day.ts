/** A day of UTC, in milliseconds. */
export const DAY_MS = 86_400_000;

/** The date of an epoch day: `2026-11-22`. */
export function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
