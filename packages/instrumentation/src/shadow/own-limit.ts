import { isOurs } from '../capture/failure.js';
import type { DropReason } from '../trial/funnel.js';

/** What of ours may end a leg that its candidate would have gone on with. */
export type LimitReason = Extract<DropReason, 'leg_too_large' | 'leg_memory_cap' | 'leg_held_up'>;

/**
 * A limit of ours was reached. The leg is missing: only shadows have these limits, so a candidate that is the incumbent would fail by
 * them where the incumbent does not.
 */
export class OwnLimit extends Error {
  override readonly name: string = 'OwnLimit';
  readonly reason: LimitReason;

  constructor(reason: LimitReason, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

/** The limit of ours that an attempt has ended by, or null. */
export function ownLimit(error: unknown): LimitReason | null {
  return isOurs(error, OwnLimit) ? error.reason : null;
}
