import { type Clock, processClock } from '../capture/clock.js';
import type { ExchangeOutcome } from '../shadow/bounded.js';
import type { Gate, Permit, Proposed, ShadowEnd } from './gate.js';
import { retryAfterMs } from './retry-after.js';

/** A candidate's word for how long it wants to be left alone counts so far, in milliseconds: else it could pass by saying so. */
const LONGEST_REST_MS = 60_000;

/** What a candidate that is asked too much answers, or how it fails to. */
const OVERLOADED: ReadonlySet<string> = new Set(['429', '503', '529', 'timeout', 'ECONNREFUSED']);

/** It answers more than this process reads: fewer at once are calls refused before admission, and not legs that are lost after it. */
const TOO_MUCH: ReadonlySet<string> = new Set(['leg_held_up', 'leg_memory_cap']);

/** How much one arm is asked at once: half as much when it is overloaded, one more in each round that it was not. */
class Arm {
  readonly #cap: number;
  limit: number;
  inFlight = 0;
  /** Until when it wants to be left alone. */
  until = -Infinity;
  /** Of shadows sent before the limit was halved, none says anything of what it is now. */
  round = 0;

  constructor(cap: number) {
    this.#cap = cap;
    this.limit = cap;
  }

  overloaded(round: number): void {
    if (round < this.round) return;
    this.round += 1;
    this.limit = Math.max(1, this.limit / 2);
  }

  answered(): void {
    this.limit = Math.min(this.#cap, this.limit + 1 / this.limit);
  }
}

/**
 * Lets so many shadows be in flight at once, and of each arm as many as its candidate bears: the additive increase and multiplicative
 * decrease of TCP (Chiu and Jain, 1989), never below one.
 *
 * It looks at what has ended, never at the call it is asked about: which calls are refused must not depend on how they would have been
 * answered.
 *
 * @param cap Shadows of the experiment in flight, all arms together.
 */
export function concurrencyGate(cap: number, clock: Clock = processClock): Gate<Proposed> {
  const arms = new Map<string, Arm>();
  let inFlight = 0;
  const ended = (arm: Arm, round: number, { leg, outcome }: ShadowEnd): void => {
    if (outcome?.status === 'ok') arm.answered();
    else if (outcome?.status === 'missing') {
      if (TOO_MUCH.has(outcome.reason)) arm.overloaded(round);
    }
    // One that we gave up ourselves says nothing.
    else if (outcome !== null && leg.status !== 'missing' && OVERLOADED.has(statusOf(outcome))) {
      arm.overloaded(round);
      const asked = outcome.response === undefined ? null : retryAfterMs(outcome.response, clock.now());
      if (asked !== null) arm.until = Math.max(arm.until, clock.elapsed() + Math.min(asked, LONGEST_REST_MS));
    }
  };
  return ({ arm: name }) => {
    const arm = arms.get(name) ?? new Arm(cap);
    arms.set(name, arm);
    if (inFlight >= cap || arm.inFlight >= Math.floor(arm.limit)) return 'concurrency_cap';
    if (arm.until > -Infinity && clock.elapsed() < arm.until) return 'concurrency_cap';
    inFlight += 1;
    arm.inFlight += 1;
    const { round } = arm;
    const leave = (): void => {
      inFlight -= 1;
      arm.inFlight -= 1;
    };
    const permit: Permit = {
      ended(end) {
        leave();
        ended(arm, round, end);
      },
      unused: leave,
    };
    return permit;
  };
}

/** The status it answered with, or the type of its failure: an SDK names the same refusal in words of its own. */
function statusOf(outcome: ExchangeOutcome & { status: 'error' }): string {
  const { response, type } = outcome;
  return response !== undefined && response.status >= 400 ? String(response.status) : type;
}
