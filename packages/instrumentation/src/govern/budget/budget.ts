import { randomBytes } from 'node:crypto';
import { type LeaseReply, type LeaseRequest, nanoUsd } from '../../experiment/budget/lease.js';
import { UnderstudyError } from '../../errors.js';
import type { Experiment } from '../../experiment/definition.js';
import type { Budget } from '../../experiment/protection.js';
import type { Window } from '../../experiment/sampling.js';
import { guard, raised, remark, say } from '../../guard.js';
import { misconfigured } from '../../misconfigured.js';
import { requirePrivately } from '../../shadow/private-require.js';
import { ATTR_GEN_AI_REQUEST_MODEL, ATTR_SERVER_ADDRESS } from '../../semconv.js';
import type { DropReason } from '../../trial/funnel.js';
import type { Made, Permit } from '../gate.js';
import { mostTokens, realCost } from './call-cost.js';
import { LeaseHolder } from './holder.js';
import { BudgetPace } from './pacing.js';
import { type ModelPrice, type PriceList, Prices } from './prices.js';
import { MOST_TIMES, Scale } from './scale.js';

/** Where processes share money. */
export interface LeaseStore {
  lease(request: LeaseRequest): Promise<LeaseReply>;
}

/** From one word with the store to the next, in milliseconds: while calls come, and while none do. */
const EVERY_MS = { called: 250, idle: 1000 };
const CALLED_MS = 5000;
/** Longer than the time between two words is not asked for, however long the store takes. */
const LONGEST_MS = 3000;
/** Part of a budget at which people are told. */
const WARN_AT = 0.8;

const loadPrices = (): PriceList => requirePrivately('@pydantic/genai-prices') as PriceList;

/** What the shadows of one experiment may cost: one process's part of it. Never throws in a call of the host. */
export class ExperimentBudget {
  readonly #experiment: string;
  readonly #budget: Budget;
  readonly #limit: number;
  readonly #prices: Prices;
  readonly #holder: LeaseHolder;
  readonly #pace: BudgetPace | null;
  /** By arm. */
  readonly #scales = new Map<string, Scale>();
  readonly #now: () => number;
  #askedAt: number | null = null;
  #closing = false;
  /** What was said already: once each, whatever else is said in this process. */
  #warned = false;
  #ended = false;

  /**
   * @param window The experiment's window, as it is now.
   * @param now Milliseconds of a clock that never steps.
   */
  constructor(
    experiment: Experiment,
    budget: Budget,
    window: () => Window | null,
    now: () => number,
    load: () => PriceList = loadPrices,
  ) {
    this.#experiment = experiment.name;
    this.#budget = budget;
    this.#limit = nanoUsd(budget.usd);
    this.#prices = new Prices(budget.prices, load);
    this.#now = now;
    this.#holder = new LeaseHolder({
      experiment: experiment.name,
      limit: this.#limit,
      newLease: () => randomBytes(9).toString('base64url'),
      now,
    });
    this.#pace = paceOf(experiment, budget, window);
  }

  /** The share of their declared probability that calls keep now. */
  share(): number {
    return this.#pace?.share ?? 1;
  }

  /** It has ended: what is left pays for no call that was ever seen. It goes on where it is raised, or another process sees a smaller one. */
  get isSpent(): boolean {
    return this.#holder.isSpent;
  }

  /** Holds what a shadow may cost until it is known what it did. */
  readonly gate = (made: Made): Permit | DropReason => {
    const { arm, shadow } = made;
    const price = this.#priceOf(made);
    if (price === null) return this.#unpriced(arm, shadow.request.model, this.#holder.last !== null);
    const most = guard('budget.size', () => mostTokens(shadow, price, this.#budget.maxOutputTokens));
    if (most === undefined) return 'unpriced';
    const held = this.#holder.hold(price.cost(most), this.#scaleOf(arm));
    if (held === null) return 'budget';
    return {
      ended: ({ outcome }) => {
        const excess = held.settle(guard('budget.cost', () => realCost(outcome, price, most)) ?? null);
        if (excess > 0) this.#disbelieve(arm, excess);
      },
      unused: () => held.release(),
    };
  };

  everyMs(): number {
    return this.#holder.idle < CALLED_MS ? EVERY_MS.called : EVERY_MS.idle;
  }

  /** One word with the store: what was spent, and what is wanted. Rejects where the store does not answer. */
  async sync(store: LeaseStore): Promise<void> {
    guard('budget.prices', () => this.#prices.open());
    const at = this.#now();
    const sinceMs = this.#askedAt === null ? 0 : at - this.#askedAt;
    this.#askedAt = at;
    const { last } = this.#holder;
    const sizes = this.#holder.sizes(Math.min(LONGEST_MS, Math.max(EVERY_MS.called, sinceMs)));
    const pace = this.#closing || last === null ? null : (this.#pace?.next(last, this.#limit) ?? null);
    const request = this.#holder.request(sizes, pace, this.#closing ? 0 : undefined);
    const reply = await store.lease(request);
    this.#holder.answered(request, reply, at);
    this.#pace?.learn(reply);
    this.#remark(reply);
  }

  /** From now on nothing is held: the next word gives the lease back. */
  close(): void {
    this.#closing = true;
  }

  #priceOf({ call, arm, shadow }: Made): ModelPrice | null {
    const { model } = shadow.request;
    const host = shadow.attributes[ATTR_SERVER_ADDRESS];
    const endpoint = typeof host === 'string' ? `https://${host}` : null;
    const price = model === null ? null : this.#prices.of(model, endpoint);
    if (price !== null || call.wire !== null) return price;
    // Code may have no model: the candidate's name stands for one. Of a request, whatever it is called, its model is what costs.
    return shadow.attributes[ATTR_GEN_AI_REQUEST_MODEL] === undefined ? this.#prices.of(arm, null) : null;
  }

  #scaleOf(arm: string): Scale {
    const known = this.#scales.get(arm);
    if (known !== undefined) return known;
    const scale = new Scale();
    this.#scales.set(arm, scale);
    return scale;
  }

  /** Before the first word with the store the list prices are not here, and there is no lease either. */
  #unpriced(arm: string, model: string | null, known: boolean): DropReason {
    if (!known) return 'budget';
    const name = model === null ? 'a call that names no model' : JSON.stringify(model.slice(0, 128));
    misconfigured('unpriced', {
      experiment: this.#experiment,
      // The remark below says it of each model.
      say: null,
      found: () => `no price is known for what ${arm} of ${this.#experiment} asks: ${name}`,
    });
    const line = model === null ? '"*"' : name;
    remark(
      'budget.unpriced',
      `${arm} of ${this.#experiment} has a budget, and no price is known for ${name}, so it is not shadowed; ` +
        `add to \`budget.prices\`, in USD a million tokens: ${line}: { input: ..., output: ... }`,
    );
    return 'unpriced';
  }

  #remark({ spent }: LeaseReply): void {
    const of = `the budget of ${this.#experiment}, $${this.#budget.usd},`;
    if (spent >= this.#limit * WARN_AT && !this.#warned) {
      this.#warned = true;
      say(`${of} is spent to ${100 * WARN_AT} %`);
    }
    if (!this.isSpent || this.#ended) return;
    this.#ended = true;
    say(
      `${of} is used up: what is left pays for no further call, and nothing is shadowed until \`budget.usd\` is raised`,
    );
  }

  /** Counted as a failure, and so said again and again: it goes on for as long as the provider is asked. */
  #disbelieve(arm: string, excess: number): void {
    const usd = (excess / nanoUsd(1)).toFixed(2);
    raised(
      'budget.usage',
      new UnderstudyError(
        'budget',
        `an answer to ${arm} of ${this.#experiment} counts tokens for $${usd} more than ${MOST_TIMES} times the most it may have cost; only so much is taken for spent`,
      ),
    );
  }
}

function paceOf(
  { sample, window: declared, piMin }: Experiment,
  { pace }: Budget,
  window: () => Window | null,
): BudgetPace | null {
  if (!pace || declared === null) return null;
  const largest = Math.max(sample.rate, ...sample.rules.map(({ rate }) => rate));
  return new BudgetPace(window, { largest, least: piMin });
}
