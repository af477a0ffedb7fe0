/** A day of UTC, in milliseconds. */
export const DAY_MS = 86_400_000;

/** Epoch ms to the second: `2026-11-22T05:00:00Z`. */
export function secondOf(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The date of an epoch day: `2026-11-22`. */
export function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
