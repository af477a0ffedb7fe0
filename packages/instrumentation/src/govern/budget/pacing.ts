import type { LeaseReply, LeaseRequest } from '../../experiment/budget/lease.js';
import type { Window } from '../../experiment/sampling.js';

/** Probabilities are halved at most so often. */
const MAX_HALVINGS = 20;
/** They are doubled at most so often at a time: a quiet minute does not mean that the next one is quiet. */
const DOUBLINGS = 2;
/** The pace is fixed so often in a window, within these bounds in milliseconds. */
const STRETCHES = 200;
const STRETCH = { shortest: 5000, longest: 60_000 };

/**
 * Spreads what is left of a budget over what is left of a window.
 *
 * One share of the declared probabilities holds for all processes, until one of them fixes the next one at the store: from what was
 * spent since the last time, which says what would be spent at the full probability. It depends on no call it applies to, so that the
 * probability of inclusion is true.
 */
export class BudgetPace {
  readonly #window: () => Window | null;
  readonly #most: number;
  #halvings: number;

  /**
   * @param window As it is now: people may move it. Without one nothing is spread.
   * @param range The largest declared probability, and the least one that a sampled call may have.
   */
  constructor(window: () => Window | null, range: { readonly largest: number; readonly least: number }) {
    this.#window = window;
    const most = Math.ceil(Math.log2(range.largest / range.least));
    this.#most = Math.min(MAX_HALVINGS, Math.max(0, Number.isFinite(most) ? most : 0));
    // Until the rate of spending is known it is taken to be too high.
    this.#halvings = this.#most;
  }

  /** The share of its declared probability that a call keeps now: a power of two. */
  get share(): number {
    return 2 ** -this.#halvings;
  }

  learn({ pace }: LeaseReply): void {
    if (pace !== null) this.#halvings = Math.min(this.#most, Math.max(0, pace.halvings));
  }

  /** What to fix with the next request, where it is time: by the store's last answer. */
  next({ now, spent, pace }: LeaseReply, limit: number): LeaseRequest['pace'] {
    if (pace === null) return { from: 0, halvings: this.#most };
    const window = this.#window();
    const passed = now - pace.at;
    const stretchMs = window === null ? STRETCH.longest : stretchOf(window);
    if (passed < stretchMs) return null;
    if (window === null) return pace.halvings === 0 ? null : { from: pace.at, halvings: 0 };
    const full = (Math.max(0, spent - pace.spent) / passed) * 2 ** pace.halvings;
    const allowed = (limit - spent) / Math.max(stretchMs, window.until - now);
    const wanted = full === 0 ? 0 : allowed <= 0 ? this.#most : Math.ceil(Math.log2(full / allowed));
    const halvings = Math.min(this.#most, Math.max(0, pace.halvings - DOUBLINGS, wanted));
    return { from: pace.at, halvings };
  }
}

function stretchOf({ from, until }: Window): number {
  return Math.min(STRETCH.longest, Math.max(STRETCH.shortest, (until - from) / STRETCHES));
}
