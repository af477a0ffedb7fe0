import { randomBytes } from 'node:crypto';
import { type Budget, nanoUsd } from '@understudy/instrumentation/experiment';
import { type Hold, LeaseHolder, Scale } from '@understudy/instrumentation/trial';
import type { Budgets } from '../../queue/budgets.js';

/** From one word with the store to the next while money is used, and after how long without use it is given back, in milliseconds. */
const EVERY_MS = 1000;
const IDLE_MS = 5000;
/** Words with the store for one call: the first one tells how much is wanted. */
const TURNS = 3;
/** Who was refused does not ask the store for as much again within this time, in milliseconds. */
const REFUSED_MS = 1000;

/** What is left of an experiment's budget, held before each call: shared with the shadows of all services. */
export class SharedBudget {
  readonly #holder: LeaseHolder;
  readonly #scale = new Scale();
  readonly #store: Pick<Budgets, 'lease'>;
  readonly #onError: (error: unknown) => void;
  #turn: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #refused = { most: Infinity, until: 0 };

  constructor(
    experiment: string,
    { usd }: Pick<Budget, 'usd'>,
    options: { readonly store: Pick<Budgets, 'lease'>; readonly onError: (error: unknown) => void },
  ) {
    this.#store = options.store;
    this.#onError = options.onError;
    this.#holder = new LeaseHolder({
      experiment,
      limit: nanoUsd(usd),
      newLease: () => `judge-${randomBytes(9).toString('base64url')}`,
      now: () => performance.now(),
    });
  }

  /** Not even the smallest call of late is paid for. */
  get isSpent(): boolean {
    return this.#holder.isSpent;
  }

  /** Holds the most a call may cost, in nano-dollars; null where it is not there. Rejects where the store does not answer. */
  async hold(most: number): Promise<Hold | null> {
    this.#timer ??= setInterval(() => this.#keep(), EVERY_MS).unref();
    for (let turn = 0; ; turn += 1) {
      const held = this.#holder.hold(most, this.#scale);
      if (held !== null) return held;
      const { most: refused, until } = this.#refused;
      if (most >= refused && performance.now() < until) return null;
      if (turn === TURNS) {
        this.#refused = { most, until: performance.now() + REFUSED_MS };
        return null;
      }
      await this.#sync();
    }
  }

  /** Gives back what is not used. */
  async close(): Promise<void> {
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
    await this.#sync(0);
  }

  #keep(): void {
    const idle = this.#holder.inFlight === 0 && this.#holder.idle > IDLE_MS;
    (idle ? this.close() : this.#sync()).catch(this.#onError);
  }

  /** One word at a time: an answer to any but the last says nothing. */
  async #sync(ttlMs?: number): Promise<void> {
    if (ttlMs === undefined && this.#turn !== null) return this.#turn;
    while (this.#turn !== null) await this.#turn.catch(() => undefined);
    this.#turn = this.#ask(ttlMs).finally(() => (this.#turn = null));
    return this.#turn;
  }

  async #ask(ttlMs: number | undefined): Promise<void> {
    const askedAt = performance.now();
    const request = this.#holder.request(this.#holder.sizes(EVERY_MS), null, ttlMs);
    this.#holder.answered(request, await this.#store.lease(request), askedAt);
  }
}
