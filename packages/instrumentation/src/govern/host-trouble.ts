import type { GovernorSettings } from '../experiment/protection.js';
import { usualMs } from './pause.js';
import type { PauseReason, PauseTrouble } from './pauses.js';

/** What a stretch of half a second or so was like for the host. */
export interface HostWindow {
  readonly durationMs: number;
  /** By how much timers were late, each of them in milliseconds. */
  readonly lateMs: readonly number[];
  /** Share of it in which the event loop was not waiting for something to do. */
  readonly utilization: number;
  /** Share of the heap's limit in use. */
  readonly heapShare: number;
  /** Trials wait long for the queue, or there are many of them. */
  readonly slowPublishing: boolean;
}

/** A first pause for the host's sake, in milliseconds: a window or two, and it goes on while the host is in trouble. */
const PAUSE_MS = 1000;

/** One stall, or one reading before a collection, is nobody's load. */
const WINDOWS_IN_A_ROW = 2;

/** Of a window, the part in which the loop was late. */
const LATE_SHARE = 0.5;

/** Tells from window to window whether the host has more to do than it can. */
export class HostTrouble {
  readonly #settings: GovernorSettings;
  #late = 0;
  #full = 0;

  constructor(settings: GovernorSettings) {
    this.#settings = settings;
  }

  look({ durationMs, lateMs, heapShare, slowPublishing }: HostWindow): readonly [PauseReason, PauseTrouble][] {
    const { eventLoopMs, heapShare: mostHeap } = this.#settings;
    const late = lateMs.filter((ms) => ms > eventLoopMs).reduce((sum, ms) => sum + ms, 0);
    this.#late = durationMs > 0 && late / durationMs >= LATE_SHARE ? this.#late + 1 : 0;
    this.#full = heapShare > mostHeap ? this.#full + 1 : 0;
    const troubles: [PauseReason, PauseTrouble][] = [];
    const add = (reason: PauseReason, detail: string): void => {
      troubles.push([reason, { ms: PAUSE_MS, mostMs: usualMs(this.#settings), harm: true, detail }]);
    };
    if (this.#late >= WINDOWS_IN_A_ROW)
      add('paused_event_loop', `the event loop is up to ${rounded(Math.max(...lateMs))} ms late`);
    if (this.#full >= WINDOWS_IN_A_ROW) add('paused_heap', `${rounded(heapShare * 100)} % of the heap is in use`);
    if (slowPublishing) add('paused_publishing', 'trials wait for the queue');
    return troubles;
  }
}

function rounded(value: number): string {
  return value.toFixed(0);
}
