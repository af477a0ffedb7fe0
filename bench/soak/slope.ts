import { median } from '../overhead/statistics.js';

/** A value at a time, in seconds. */
export interface Point {
  readonly at: number;
  readonly value: number;
}

/**
 * Slope a minute by Theil and Sen: the median of the slopes between any two points. Half of a run would have to be odd to move it, and a
 * leak moves every pair.
 */
export function slopePerMinute(points: readonly Point[]): number {
  const slopes = points.flatMap((a, index) =>
    points.slice(index + 1).map((b) => ((b.value - a.value) / (b.at - a.at)) * 60),
  );
  return slopes.length === 0 ? 0 : median(slopes);
}

/** The median of each minute's last seconds: the fault is over by then, and what it had piled up has gone. */
export function minuteMedians(points: readonly Point[], quietSeconds: number): readonly Point[] {
  const byMinute = new Map<number, number[]>();
  for (const { at, value } of points) {
    const minute = Math.floor(at / 60);
    if (at - minute * 60 < 60 - quietSeconds) continue;
    byMinute.set(minute, [...(byMinute.get(minute) ?? []), value]);
  }
  return [...byMinute].map(([minute, values]) => ({ at: minute * 60 + 60 - quietSeconds / 2, value: median(values) }));
}
