/**
 * How much of the full size a run of the suite has: 1 unless `UNDERSTUDY_CHAOS_SCALE` says less. What must hold is the same at every
 * size; what a smaller run shows is less.
 */
export const SCALE: number = scaleOf(process.env['UNDERSTUDY_CHAOS_SCALE']);

/** So many of the full number, at least `least`. */
export function scaled(full: number, least: number = 1): number {
  return Math.max(least, Math.round(full * SCALE));
}

function scaleOf(text: string | undefined): number {
  const scale = Number(text ?? 1);
  if (scale > 0 && scale <= 1) return scale;
  throw new Error(`UNDERSTUDY_CHAOS_SCALE: expected a number in (0,1], got ${JSON.stringify(text)}`);
}
