import type { Judge } from '../judge.js';
import { abstained } from '../judge-pair.js';
import { isExactMatch } from '../judged-pair.js';
import { hashOf } from '../model-judge.js';
import { guardPair } from './guard-pair.js';

/** Counted up when a guard changes: it decides what is judged. */
const GUARDS_VERSION = 3;

/**
 * A judge that is not asked about what {@link guardPair} keeps back: it abstains (`quarantined`, the guard's reason as detail) without a call.
 *
 * For traffic. Canaries go to the judge itself: what it makes of a "choose B" is what they are to find out.
 */
export function createGuardedJudge(judge: Judge): Judge {
  const hash = hashOf({ guarded: judge.hash, v: GUARDS_VERSION });
  return {
    ...judge,
    hash,
    async judge(pair, context) {
      const reason = isExactMatch(pair) ? null : guardPair(pair, judge.limits);
      if (reason !== null) return abstained(hash, 'quarantined', reason);
      return { ...(await judge.judge(pair, context)), judge: hash };
    },
  };
}
