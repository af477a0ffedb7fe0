/**
 * How processes share the money of an experiment, whichever store they share it through. Money is in whole nano-dollars (1e-9 USD).
 *
 * A lease is what one process may spend without asking again. It has two parts: `reserved` is kept from all others until the lease ends;
 * of it `atRisk` is written down before the calls it pays for start, so that of a process that dies these calls count as spent and the
 * rest comes back. All that a process says of itself is cumulative, so that the same word twice is one.
 */
export interface LeaseRequest {
  readonly experiment: string;
  /** A name that no other lease has or had. */
  readonly lease: string;
  /** One more with each request of a lease: one that arrives after a later one changes nothing. */
  readonly seq: number;
  /** The store has not answered to this lease yet. One that is not fresh and not known was ended, or the store has forgotten it. */
  readonly fresh: boolean;
  /** What may be spent at all. */
  readonly limit: number;
  /** Spent under this lease since its beginning. */
  readonly settled: number;
  /** What the calls under way may cost: it is spent or will be, whatever the limit says. */
  readonly inFlight: number;
  /** What the smallest call of late may cost: a smaller share of what is free is of no use. */
  readonly least: number;
  /** What the smallest call that was ever seen was taken to cost at the most; 0: none was. The store keeps the smallest it is told. */
  readonly smallest: number;
  /** Wished for beyond `settled`, `inFlight` included. */
  readonly reserve: number;
  /** The part of it that may be at risk. */
  readonly atRisk: number;
  /** The store ends the lease so many milliseconds after its last request. 0: it ends now, and what is in flight counts as spent. */
  readonly ttlMs: number;
  /** The most that the store has ever said was spent: one that has lost its data is told. */
  readonly seen: number;
  /** Fixes the pace from now on, unless another process has done so since `from` (a time of the store's, as it gave it). */
  readonly pace: { readonly from: number; readonly halvings: number } | null;
}

/** What was spent and how fast, at the time the pace was last fixed. */
export interface Pace {
  /** Epoch ms of the store's clock. */
  readonly at: number;
  readonly spent: number;
  /** Calls are drawn with 2^-halvings of their declared probability. */
  readonly halvings: number;
}

export interface LeaseReply {
  /** `lost`: the lease is not there any more, and what it had at risk counts as spent. Go on under a new name. */
  readonly status: 'granted' | 'lost';
  readonly reserved: number;
  readonly atRisk: number;
  /** By all processes, including what was at risk in leases that ended. */
  readonly spent: number;
  readonly reservedByOthers: number;
  /** The smallest call that any process has ever seen. 0: none has. */
  readonly least: number;
  /** Epoch ms of the store's clock. */
  readonly now: number;
  /** Null until it was fixed for the first time. */
  readonly pace: Pace | null;
}

/** The state of an experiment's budget, for people. Money in nano-dollars. */
export interface BudgetState {
  readonly experiment: string;
  /** As the last process had it configured that asked. */
  readonly limit: number;
  readonly spent: number;
  /** Held by processes now, beyond `spent`: calls under way and some of those to come. */
  readonly reserved: number;
  /** What the smallest call that any process has ever seen may cost; 0: none has. */
  readonly least: number;
  readonly halvings: number;
}

/** Nano-dollars in a dollar. */
export const NANO_USD: number = 1e9;

/**
 * No amount is larger: twice the largest budget. What comes to more, by a claim of a provider or by what a store holds, is taken for this,
 * which is used up whatever the limit; and a sum of several is exact in a double and in 64 bits.
 */
export const MOST_NANO_USD: number = 2e15;

/** The last part of a budget that is not waited for, and the part with which it has not ended, however dear its calls are. */
const REST = 1 / 1000;
const AMPLE = 1 / 10;

/**
 * Whether a budget has ended: what is left does not pay for the smallest call that was ever seen, or is less than a thousandth. While a
 * tenth is left it has not, whatever calls cost: smaller ones may still come, and those that are too dear are missing from the comparison.
 */
export function isUsedUp({ limit, spent, least }: Pick<BudgetState, 'limit' | 'spent' | 'least'>): boolean {
  return limit - spent < Math.max(1, limit * REST, Math.min(least, limit * AMPLE));
}

/** Dollars as whole nano-dollars, rounded up. */
export function nanoUsd(usd: number): number {
  // 0.3 * 1e9 is a little more than 300,000,000: what a double cannot say is no further nano-dollar.
  return Math.ceil(Number((usd * NANO_USD).toPrecision(15)));
}
