import { DEFAULTS } from '../experiment/defaults.js';
import type { GovernorSettings } from '../experiment/protection.js';

/** What of the sampled calls may be shadowed after a pause, step by step; all of them after the last. */
const SHARES: readonly number[] = [1 / 8, 1 / 4, 1 / 2];

/** No pause is longer: what a provider says is its word, and a provider may say anything. */
export const LONGEST_PAUSE_MS = 600_000;

/** A pause where nobody says for how long. Where refusals are no reason to pause, other things are for as long as is usual. */
export function usualMs({ pauseMs }: Pick<GovernorSettings, 'pauseMs'>): number {
  return pauseMs === 0 ? DEFAULTS.experiment.governor.pauseMs : pauseMs;
}

/** Doublings: from a second to the longest pause, and no overflow. */
const MOST_DOUBLINGS = 10;

/** One thing that has gone wrong. */
export interface Trouble {
  /** How long to pause for it, in milliseconds. */
  readonly ms: number;
  /** However often it comes again, at most. Default: {@link LONGEST_PAUSE_MS}. */
  readonly mostMs?: number;
  /** It hurt somebody: if it comes again while shadows resume, the pause is twice as long. */
  readonly harm: boolean;
}

/**
 * A pause and its end by halves: an eighth of the calls, a quarter, a half, all, for `stepMs` each. Trouble on the way, or soon after
 * it, is a relapse: back to the pause. Times are milliseconds of a clock that never steps.
 */
export class Pause {
  readonly #stepMs: number;
  readonly #forgetMs: number;
  #until = -Infinity;
  #relapses = 0;

  /** @param forgetMs After resuming, until trouble is no relapse any more. Default: as long as resuming takes. */
  constructor(stepMs: number, forgetMs: number = SHARES.length * stepMs) {
    this.#stepMs = stepMs;
    this.#forgetMs = forgetMs;
  }

  /** When it ends, or has ended. */
  get until(): number {
    return this.#until;
  }

  /** Begins the pause, or makes one that holds longer. */
  trip(now: number, { ms, mostMs = LONGEST_PAUSE_MS, harm }: Trouble): void {
    const begins = !this.holds(now);
    if (begins && this.isOver(now)) this.#relapses = 0;
    else if (begins && harm) this.#relapses = Math.min(this.#relapses + 1, MOST_DOUBLINGS);
    const length = Math.min(ms * 2 ** this.#relapses, mostMs, LONGEST_PAUSE_MS);
    this.#until = Math.max(begins ? now : this.#until, now + length);
  }

  /** What it was for has gone: it ends now. */
  cut(now: number): void {
    this.#until = Math.min(this.#until, now);
  }

  holds(now: number): boolean {
    return now < this.#until;
  }

  /** The share of the sampled calls that may be shadowed: 0 while it holds, 1 in the end. */
  share(now: number): number {
    if (this.holds(now)) return 0;
    return SHARES[Math.floor((now - this.#until) / this.#stepMs)] ?? 1;
  }

  /** All calls have been shadowed again for long enough: trouble would be a new one. */
  isOver(now: number): boolean {
    return now >= this.#until + SHARES.length * this.#stepMs + this.#forgetMs;
  }
}
