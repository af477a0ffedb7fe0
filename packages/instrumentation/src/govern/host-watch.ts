import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { clearTimeout, setTimeout } from 'node:timers';
import { getHeapStatistics } from 'node:v8';
import { guard } from '../guard.js';
import type { Isolate } from '../shadow/isolation.js';
import type { HostWindow } from './host-trouble.js';

export interface HostWatchOptions {
  readonly isolate: Isolate;
  readonly clock: { elapsed(): number };
  readonly slowPublishing: () => boolean;
  readonly onWindow: (window: HostWindow) => void;
}

/**
 * Between two looks at the clock, in milliseconds. Twenty a second, of some microseconds each: the event loop is asked by what it does
 * for everybody else, a timer.
 */
const TICK_MS = 50;

/** The shortest window, in milliseconds. */
const WINDOW_MS = 500;

/** Watches the host the service runs in. Holds no process open; what it notes is bounded by the length of a window. */
export class HostWatch {
  readonly #options: HostWatchOptions;
  #timer: NodeJS.Timeout | null = null;
  #tickedAt = 0;
  #windowAt = 0;
  #lateMs: number[] = [];
  #utilization: EventLoopUtilization | null = null;

  constructor(options: HostWatchOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#timer !== null) return;
    this.#tickedAt = this.#options.clock.elapsed();
    this.#windowAt = this.#tickedAt;
    this.#lateMs = [];
    this.#utilization = performance.eventLoopUtilization();
    this.#options.isolate(() => {
      this.#timer = setTimeout(() => this.#tick(), TICK_MS).unref();
    });
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #tick(): void {
    const now = this.#options.clock.elapsed();
    this.#lateMs.push(Math.max(0, now - this.#tickedAt - TICK_MS));
    this.#tickedAt = now;
    if (now - this.#windowAt >= WINDOW_MS) {
      guard('govern.host', () => this.#look(now));
      this.#windowAt = now;
      this.#lateMs = [];
    }
    this.#timer?.refresh();
  }

  #look(now: number): void {
    const { slowPublishing, onWindow } = this.#options;
    const utilization = performance.eventLoopUtilization();
    const since = performance.eventLoopUtilization(utilization, this.#utilization ?? undefined);
    this.#utilization = utilization;
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    onWindow({
      durationMs: now - this.#windowAt,
      lateMs: this.#lateMs,
      utilization: since.utilization,
      heapShare: limit > 0 ? used / limit : 0,
      slowPublishing: slowPublishing(),
    });
  }
}
