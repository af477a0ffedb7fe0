import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { HostWindow } from './host-trouble.js';
import { HostWatch } from './host-watch.js';

vi.mock('node:timers', () => ({
  setTimeout: (run: () => void, ms: number) => globalThis.setTimeout(run, ms),
  clearTimeout: (timer: NodeJS.Timeout) => globalThis.clearTimeout(timer),
}));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('tells by how much timers were late, window by window, until it is stopped', () => {
  const windows: HostWindow[] = [];
  let stalledMs = 0;
  const watch = new HostWatch({
    isolate: (run) => run(),
    clock: { elapsed: () => performance.now() + stalledMs },
    slowPublishing: () => true,
    onWindow: (window) => void windows.push(window),
  });
  watch.start();
  watch.start();
  vi.advanceTimersByTime(500);
  expect(windows).toHaveLength(1);
  expect(windows[0]?.lateMs).toEqual(Array.from({ length: 10 }, () => 0));
  expect(windows[0]?.slowPublishing).toBe(true);
  expect(windows[0]?.heapShare).toBeGreaterThan(0);
  expect(windows[0]?.heapShare).toBeLessThan(1);
  stalledMs = 400;
  vi.advanceTimersByTime(100);
  expect(windows[1]?.durationMs).toBe(500);
  expect(windows[1]?.lateMs).toEqual([400, 0]);
  watch.stop();
  vi.advanceTimersByTime(5000);
  expect(windows).toHaveLength(2);
});
