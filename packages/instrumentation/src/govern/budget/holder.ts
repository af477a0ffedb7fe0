import { isUsedUp, type LeaseReply, type LeaseRequest } from '../../experiment/budget/lease.js';
import { amountOf } from '../../experiment/budget/numbers.js';
import { Demand } from './demand.js';
import { MOST_TIMES, type Scale } from './scale.js';

/** Money held for one call, until it is known what it cost. */
export interface Hold {
  /**
   * It has cost so much; null: nobody knows, so the most it may have cost. Gives what of it is not believed, and counted by nobody: the
   * answer says what it cost, and one answer must not end the budget.
   */
  settle(cost: number | null): number;
  /** It was not made. */
  release(): void;
}

export interface HolderOptions {
  readonly experiment: string;
  /** Nano-dollars. */
  readonly limit: number;
  /** Makes a name for a lease that no other has. */
  readonly newLease: () => string;
  /** Milliseconds of a clock that never steps. */
  readonly now: () => number;
}

/** What is asked for ahead of the calls. */
export interface Sizes {
  readonly least: number;
  readonly reserve: number;
  readonly atRisk: number;
}

/** After so long without a word the store ends a lease, in milliseconds. */
const LEASE_MS = 10_000;
/** Our own end comes before the store's, whichever clock is the faster one. */
const OWN_SHARE = 0.9;
/** A process that has not seen a call asks for this part of all the money. */
const FIRST_SHARE = 1 / 1000;
/** The share at risk lasts for so many turns of what is asked for, and the reserve for so long. */
const TURNS = 1.5;
const RESERVE_MS = 1500;
/** A process that has not seen a call for so long holds money for one. */
const IDLE_MS = 30_000;

/**
 * One process's lease, and what it pays for: what of the lease was granted at risk bounds, at every moment, what was spent since the
 * request that got it and what calls under way may cost. Whatever the store makes of a request whose answer is lost, that holds.
 */
export class LeaseHolder {
  readonly #options: HolderOptions;
  readonly #demand = new Demand();
  /** Of all calls, unscaled. */
  #smallest = Infinity;
  #lease: string;
  #seq = 0;
  #fresh = true;
  #settled = 0;
  /** Unscaled, by what they are scaled with. */
  #inFlight = new Map<Scale, number>();
  /** What `settled` and all in flight may come to. */
  #cap = 0;
  #endsAt = -Infinity;
  #seen = 0;
  #last: LeaseReply | null = null;

  constructor(options: HolderOptions) {
    this.#options = options;
    this.#lease = options.newLease();
  }

  /** What the store last said; null before it did. */
  get last(): LeaseReply | null {
    return this.#last;
  }

  /** The most that calls under way may cost. */
  get inFlight(): number {
    const at = this.#options.now();
    let sum = 0;
    for (const [scale, amount] of this.#inFlight) sum += amount * scale.factor(at);
    return amountOf(Math.ceil(sum));
  }

  /** The store says that not even the smallest call that was ever seen is paid for any more, whoever gives back what. */
  get isSpent(): boolean {
    if (this.#last === null) return false;
    const { spent, least } = this.#last;
    const seen = least === 0 ? this.#smallest : Math.min(least, this.#smallest);
    return isUsedUp({ limit: this.#options.limit, spent, least: seen === Infinity ? 0 : seen });
  }

  /** Milliseconds since the last call that wanted money. */
  get idle(): number {
    return this.#demand.idle(this.#options.now());
  }

  /** Holds `estimated`, times what `scale` knows; null where it is not there. */
  hold(estimated: number, scale: Scale): Hold | null {
    const at = this.#options.now();
    const estimate = amountOf(estimated);
    const amount = amountOf(Math.ceil(estimate * scale.factor(at)));
    this.#demand.add(amount, at);
    this.#smallest = Math.min(this.#smallest, Math.max(1, estimate));
    if (at >= this.#endsAt || this.#settled + this.inFlight + amount > this.#cap) return null;
    this.#add(scale, estimate);
    const lease = this.#lease;
    let held = true;
    const end = (): boolean => {
      if (!held) return false;
      held = false;
      // Under another lease it counts as spent already.
      if (lease !== this.#lease) return false;
      this.#add(scale, -estimate);
      return true;
    };
    return {
      settle: (cost) => {
        const now = this.#options.now();
        const counted = cost ?? estimate * scale.factor(now);
        const believed = Math.min(counted, MOST_TIMES * Math.max(1, estimate));
        if (cost !== null) scale.learn(estimate, believed, now);
        if (end()) this.#settled = amountOf(this.#settled + Math.ceil(believed));
        return cost === null ? 0 : counted - believed;
      },
      release: () => void end(),
    };
  }

  /** How much to ask for, if the next turn comes in `intervalMs`. */
  sizes(intervalMs: number): Sizes {
    const at = this.#options.now();
    const largest = this.#demand.largest(at);
    const rate = this.#demand.rate(at);
    const first = largest === 0 ? Math.ceil(this.#options.limit * FIRST_SHARE) : 0;
    const spare = this.idle < IDLE_MS ? 2 * largest : largest;
    const atRisk = this.inFlight + first + spare + Math.ceil(rate * intervalMs * TURNS);
    const reserve = atRisk + Math.ceil(rate * RESERVE_MS);
    return { least: this.#demand.smallest(at), atRisk: amountOf(atRisk), reserve: amountOf(reserve) };
  }

  /** The next request. From now on until its answer, no more is spent than it asks for: it may be granted and the answer be lost. */
  request({ least, reserve, atRisk }: Sizes, pace: LeaseRequest['pace'], ttlMs: number = LEASE_MS): LeaseRequest {
    this.#seq += 1;
    const inFlight = this.inFlight;
    this.#cap = Math.min(this.#cap, this.#settled + atRisk);
    if (ttlMs === 0) this.#endsAt = -Infinity;
    const { experiment, limit } = this.#options;
    const smallest = this.#smallest === Infinity ? 0 : this.#smallest;
    const money = { limit, settled: this.#settled, inFlight, least, smallest, reserve, atRisk };
    return {
      experiment,
      lease: this.#lease,
      seq: this.#seq,
      fresh: this.#fresh,
      ...money,
      ttlMs,
      seen: this.#seen,
      pace,
    };
  }

  /** @param askedAt When the request was made, of the own clock. */
  answered(request: LeaseRequest, reply: LeaseReply, askedAt: number): void {
    this.#last = reply;
    this.#seen = Math.max(this.#seen, reply.spent);
    // The answer to an earlier request says nothing of what the store has made of the last one.
    if (request.lease !== this.#lease || request.seq !== this.#seq) return;
    if (reply.status === 'lost') return this.#renew();
    this.#fresh = false;
    if (request.ttlMs === 0) return this.#renew();
    this.#cap = request.settled + reply.atRisk;
    this.#endsAt = askedAt + request.ttlMs * OWN_SHARE;
  }

  /** A new lease: of the one before the store has counted all there was to count. */
  #renew(): void {
    this.#lease = this.#options.newLease();
    this.#seq = 0;
    this.#fresh = true;
    this.#settled = 0;
    this.#inFlight = new Map();
    this.#cap = 0;
    this.#endsAt = -Infinity;
  }

  #add(scale: Scale, estimate: number): void {
    const amount = (this.#inFlight.get(scale) ?? 0) + estimate;
    // Estimates are whole, so that nothing is left over by rounding.
    if (amount <= 0) this.#inFlight.delete(scale);
    else this.#inFlight.set(scale, amount);
  }
}
