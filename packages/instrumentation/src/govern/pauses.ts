import type { DropReason } from '../trial/funnel.js';
import { Pause, type Trouble } from './pause.js';

/** The reasons for which shadows pause. */
export type PauseReason = Extract<DropReason, `paused_${string}`>;

/** Whose shadows a pause is for. */
export type Concerns<Asked> = (asked: Asked) => boolean;

/** Told of what begins and ends, by reason: of two pauses for the same reason at once, the second is no new one. */
export interface PauseListener {
  began(reason: PauseReason, trouble: PauseTrouble, untilMs: number): void;
  ended(reason: PauseReason): void;
}

/** Trouble, with what is known of it: `detail` is fit for a log. */
export interface PauseTrouble extends Trouble {
  readonly detail: string;
  /** After resuming, until it is no relapse if it comes again, in milliseconds. Default: as long as resuming takes. */
  readonly forgetMs?: number;
}

interface Kept<Asked> {
  readonly reason: PauseReason;
  readonly concerns: Concerns<Asked>;
  readonly pause: Pause;
  /** It is of a kind of which there may be any number, and has hurt nobody. */
  readonly mayGo: boolean;
}

/** How much is held back now, and why. */
export interface HeldBack {
  readonly share: number;
  readonly reason: PauseReason;
}

/**
 * Limits that are low are each provider's, key's and model's: there may be any number of them. Everything else is bounded by whom an
 * experiment asks.
 */
const MOST_LOW = 256;

/** The pauses of one experiment. Empty while nothing is wrong. */
export class Pauses<Asked> {
  readonly #kept = new Map<string, Kept<Asked>>();
  readonly #holding = new Set<PauseReason>();
  readonly #stepMs: (reason: PauseReason) => number;
  readonly #listener: PauseListener;

  /** @param stepMs How long each step of resuming takes, in milliseconds. */
  constructor(stepMs: (reason: PauseReason) => number, listener: PauseListener) {
    this.#stepMs = stepMs;
    this.#listener = listener;
  }

  get isEmpty(): boolean {
    return this.#kept.size === 0;
  }

  /** @param what Tells the pauses for one reason apart: the limit that is low. */
  trip(now: number, reason: PauseReason, what: string, concerns: Concerns<Asked>, trouble: PauseTrouble): void {
    this.settle(now);
    const name = `${reason} ${what}`;
    const kept = this.#kept.get(name) ?? this.#keep(now, name, reason, concerns, trouble);
    kept.pause.trip(now, trouble);
    if (this.#holding.has(reason)) return;
    this.#holding.add(reason);
    this.#listener.began(reason, trouble, kept.pause.until - now);
  }

  /** None is ever refused. Where too many limits are low, one goes that holds nothing back any more, else the oldest. */
  #keep(now: number, name: string, reason: PauseReason, concerns: Concerns<Asked>, trouble: PauseTrouble): Kept<Asked> {
    const mayGo = reason === 'paused_rate_limit' && !trouble.harm;
    if (mayGo) {
      const low = [...this.#kept].filter(([, each]) => each.mayGo);
      const [goes] = low.find(([, { pause }]) => pause.share(now) === 1) ?? low[0] ?? [];
      if (low.length >= MOST_LOW && goes !== undefined) this.#kept.delete(goes);
    }
    const pause = new Pause(this.#stepMs(reason), trouble.forgetMs);
    const kept: Kept<Asked> = { reason, concerns, pause, mayGo };
    this.#kept.set(name, kept);
    return kept;
  }

  /** What the pause is for has gone. */
  cut(now: number, reason: PauseReason, what: string): void {
    this.#kept.get(`${reason} ${what}`)?.pause.cut(now);
  }

  /** The narrowest of what concerns it; null where all may pass. */
  heldBack(now: number, asked: Asked): HeldBack | null {
    if (this.isEmpty) return null;
    this.settle(now);
    let narrowest: HeldBack | null = null;
    for (const { reason, concerns, pause } of this.#kept.values()) {
      const share = pause.share(now);
      if (share < (narrowest?.share ?? 1) && concerns(asked)) narrowest = { share, reason };
    }
    return narrowest;
  }

  /** Tells of what has ended, and forgets what is long over. */
  settle(now: number): void {
    if (this.isEmpty) return;
    const holding = new Set<PauseReason>();
    for (const [name, { reason, pause }] of this.#kept) {
      if (pause.holds(now)) holding.add(reason);
      else if (pause.isOver(now)) this.#kept.delete(name);
    }
    for (const reason of this.#holding) {
      if (holding.has(reason)) continue;
      this.#holding.delete(reason);
      this.#listener.ended(reason);
    }
  }
}
