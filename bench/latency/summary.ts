import { quantile } from '../overhead/statistics.js';
import type { Measurement } from './client.js';
import type { Measured } from './recorder.js';
import { type Blocks, ratioBetween, spreadOf } from './spread.js';

interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

/** How much slower with us than without, and how much two arms without us differ, as ratios. */
export interface Compared {
  /** With us over without us, by quantile; the second is between {@link ratioBetween}. */
  readonly ours: Quantiles & { readonly p99Between: readonly [number, number] };
  /** The one arm without us over the other, and {@link spreadOf} them at the 99th percentile. */
  readonly control: Quantiles & { readonly spread: number };
  /** Without us, in milliseconds. */
  readonly bare: Quantiles;
}

export interface Summary {
  readonly whole: Compared;
  /** Of streams: to the first piece. */
  readonly firstChunk: Compared | null;
  /** How late the event loop was, p99, in milliseconds. */
  readonly loop: { readonly bare: number; readonly ours: number };
  /** Of the whole process, in microseconds a call. */
  readonly cpu: { readonly bare: number; readonly ours: number };
  /** In MiB, over the run, and whether the process had its size before. */
  readonly rssGrowth: number;
  readonly isSteady: boolean;
  /** Of the calls that were made with us, those that were shadowed; null where there was nothing of ours. */
  readonly shadowed: number | null;
  readonly calls: number;
  /** Answers that were not the provider's. */
  readonly wrong: number;
  readonly goals: { readonly p50: boolean; readonly p99: boolean; readonly rss: boolean };
}

/** At most so much slower at the median, and at the 99th percentile beyond the spread of the control; MiB of growth. */
export const GOALS = { p50: 1.01, p99: 0.03, rss: 32 } as const;

function compared(values: (measured: Measured) => Blocks, { arms }: Measurement): Compared {
  const [one, other, ours] = [values(arms.one), values(arms.other), values(arms.ours)];
  const at = (...blocks: readonly Blocks[]): Quantiles => {
    const all = blocks.flat(2);
    return { p50: quantile(all, 0.5), p99: quantile(all, 0.99) };
  };
  const over = (a: Quantiles, b: Quantiles): Quantiles => ({ p50: a.p50 / b.p50, p99: a.p99 / b.p99 });
  const bare = at(one, other);
  return {
    ours: { ...over(at(ours), bare), p99Between: ratioBetween(ours, [one, other], 0.99) },
    control: { ...over(at(one), at(other)), spread: spreadOf(one, other, 0.99) },
    bare,
  };
}

function meets({ ours, control }: Compared): { p50: boolean; p99: boolean } {
  return { p50: ours.p50 <= GOALS.p50, p99: ours.p99 <= 1 + control.spread + GOALS.p99 };
}

export function summarise(measurement: Measurement, stream: boolean): Summary {
  const { arms, rss, counts } = measurement;
  const called = counts.funnel['called'] ?? 0;
  const whole = compared(({ durations }) => durations, measurement);
  const firstChunk = stream ? compared(({ firstChunks }) => firstChunks, measurement) : null;
  const met = [whole, ...(firstChunk === null ? [] : [firstChunk])].map(meets);
  const rssGrowth = rss.most - rss.warm;
  return {
    whole,
    firstChunk,
    loop: { bare: Math.max(arms.one.loopP99, arms.other.loopP99), ours: arms.ours.loopP99 },
    cpu: { bare: (arms.one.cpu + arms.other.cpu) / 2, ours: arms.ours.cpu },
    rssGrowth,
    isSteady: rss.isSteady,
    shadowed: called > 0 ? (counts.funnel['admitted'] ?? 0) / called : null,
    calls: Math.min(...Object.values(arms).map(({ calls }) => calls)),
    wrong: Object.values(arms).reduce((sum, { wrong }) => sum + wrong, 0),
    goals: { p50: met.every(({ p50 }) => p50), p99: met.every(({ p99 }) => p99), rss: rssGrowth <= GOALS.rss },
  };
}
