/** Epoch ms to the second: `2026-11-22T05:00:00Z`. */
export function secondOf(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
