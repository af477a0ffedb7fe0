import type { Call } from '../capture/call.js';
import { guard } from '../guard.js';
import type { ExchangeOutcome } from '../shadow/bounded.js';
import type { ShadowCall } from '../shadow/prepare.js';
import type { DropReason } from '../trial/funnel.js';
import type { Leg } from '../trial/trial.js';

/** A shadow that would be fired. */
export interface Proposed {
  readonly call: Call;
  readonly arm: string;
}

/** One whose request has been made. */
export interface Made extends Proposed {
  readonly shadow: ShadowCall;
}

/** How a shadow ended. `outcome` is null where it broke for a reason of ours. */
export interface ShadowEnd {
  readonly leg: Leg;
  readonly outcome: ExchangeOutcome | null;
}

/** What an admitted shadow holds of what is limited. Given back once, in either way. */
export interface Permit {
  ended(end: ShadowEnd): void;
  /** It was not fired after all. */
  unused(): void;
}

/** Says at once whether a shadow may be fired: a permit, or why not. */
export type Gate<About extends Proposed> = (about: About) => Permit | DropReason;

/** What shadows of an experiment pass. */
export interface Gates {
  /** Before its request is made, which takes time: nothing of it is known. */
  readonly before: Gate<Proposed>;
  readonly made: Gate<Made>;
  /** Shown every call before it is sent, also those that the experiment does not match. */
  watch?(call: Call, matched: boolean): void;
}

/** All of them, in this order: the first refusal counts, and what was given before it goes back. */
export function allOf<About extends Proposed>(gates: readonly Gate<About>[]): Gate<About> {
  return (about) => {
    const held: Permit[] = [];
    for (const gate of gates) {
      // A gate that breaks lets nothing pass.
      const given = guard('govern.gate', () => gate(about)) ?? 'concurrency_cap';
      if (typeof given === 'string') {
        both(held).unused();
        return given;
      }
      held.push(given);
    }
    return both(held);
  };
}

/** Several permits as one. Each is given back whatever becomes of the others: an outcome is looked at that may throw, and a place kept is lost for good. */
export function both(permits: readonly Permit[]): Permit {
  return {
    ended(end) {
      for (const permit of permits) guard('govern.ended', () => permit.ended(end));
    },
    unused() {
      for (const permit of permits) guard('govern.unused', () => permit.unused());
    },
  };
}
