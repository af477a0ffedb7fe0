import { expect, it } from 'vitest';
import { HostTrouble, type HostWindow } from './host-trouble.js';

const settings = { pauseMs: 60_000, headroom: 0.3, eventLoopMs: 100, eventLoopShare: 0.6, heapShare: 0.85 };
const calm: HostWindow = {
  durationMs: 500,
  lateMs: [0, 1, 0],
  utilization: 0.1,
  heapShare: 0.5,
  slowPublishing: false,
};

function reasons(windows: readonly Partial<HostWindow>[]): readonly string[] {
  const trouble = new HostTrouble(settings);
  let last: readonly string[] = [];
  for (const window of windows) last = trouble.look({ ...calm, ...window }).map(([reason]) => reason);
  return last;
}

it('sees no trouble in a calm host', () => {
  expect(reasons([{}, {}, {}])).toEqual([]);
});

it('takes a loop that is late half of the time for overloaded, when it stays so', () => {
  const late = { lateMs: [130, 130] };
  expect(reasons([late])).toEqual([]);
  expect(reasons([late, late])).toEqual(['paused_event_loop']);
  expect(reasons([late, {}, late])).toEqual([]);
  expect(reasons([late, late, {}])).toEqual([]);
});

it('does not take a single stall for it, however long, nor many small delays', () => {
  const stall = { durationMs: 9050, lateMs: [9000] };
  expect(reasons([{}, stall, {}])).toEqual([]);
  expect(reasons([{ lateMs: [99, 99, 99, 99] }, { lateMs: [99, 99, 99, 99] }])).toEqual([]);
});

it('sees a heap that stays full, and publishing that is slow at once', () => {
  expect(reasons([{ heapShare: 0.86 }])).toEqual([]);
  expect(reasons([{ heapShare: 0.86 }, { heapShare: 0.86 }])).toEqual(['paused_heap']);
  expect(reasons([{ heapShare: 0.85 }, { heapShare: 0.85 }])).toEqual([]);
  expect(reasons([{ slowPublishing: true }])).toEqual(['paused_publishing']);
});
