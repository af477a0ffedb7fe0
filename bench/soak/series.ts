import type { Sample } from '../load/service.js';
import { minuteMedians, type Point, slopePerMinute } from './slope.js';

/** One of the things that must not grow. */
export interface Series {
  readonly title: string;
  readonly unit: string;
  /** The most that its slope a minute may be. */
  readonly bound: number;
  of(sample: Sample): number;
}

const handlesOf = ({ handles }: Sample, wanted: (type: string) => boolean): number =>
  Object.entries(handles).reduce((sum, [type, count]) => sum + (wanted(type) ? count : 0), 0);

const isSocket = (type: string): boolean => /Socket|Connect|Pipe/.test(type);
/** Timers and immediates are as many as there are calls under way. */
const isPassing = (type: string): boolean => type === 'Timeout' || type === 'Immediate';

/**
 * At 200 calls a second a minute has 12,000: 1 MiB a minute are 87 bytes a call, less than the smallest object with a text in it; one
 * handle of 2,000 calls that is never closed is 6 a minute. What the process has of the system grows in steps, and is what it is only after
 * some minutes: its bound is for what the heap does not show.
 */
export const SERIES: Readonly<Record<'heap' | 'rss' | 'sockets' | 'handles', Series>> = {
  heap: { title: 'heap after a collection', unit: 'MiB', bound: 1, of: ({ heap }) => heap },
  rss: { title: 'RSS', unit: 'MiB', bound: 8, of: ({ rss }) => rss },
  sockets: { title: 'sockets', unit: '', bound: 4, of: (sample) => handlesOf(sample, isSocket) },
  handles: {
    title: 'other handles',
    unit: '',
    bound: 4,
    of: (sample) => handlesOf(sample, (type) => !isSocket(type) && !isPassing(type)),
  },
};

/** A sample at a time, in seconds since the start. */
export interface Timed {
  readonly at: number;
  readonly sample: Sample;
}

export interface Verdict {
  readonly series: Series;
  readonly points: readonly Point[];
  readonly medians: readonly Point[];
  readonly slope: number;
  readonly flat: boolean;
}

/** Seconds at the end of each minute in which nothing is broken any more. */
export const QUIET_SECONDS = 20;
/** Minutes at the start that are left out: code is compiled, and heaps have no size yet. */
const WARM_MINUTES = 1;

export function verdictOf(series: Series, samples: readonly Timed[]): Verdict {
  const points = samples.map(({ at, sample }) => ({ at, value: series.of(sample) }));
  const medians = minuteMedians(points, QUIET_SECONDS);
  const slope = slopePerMinute(medians.filter(({ at }) => at >= WARM_MINUTES * 60));
  return { series, points, medians, slope, flat: slope <= series.bound };
}
