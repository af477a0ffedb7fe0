import { type Judgement, paidInVain } from '../../judge/judgement.js';
import type { RunJudge } from './run-judges.js';

/** After so many failures one after the other, of whatever a run asks, it is not the texts: then nobody asks for a while, doubled each time. */
const STREAK = { least: 4, firstMs: 2_000, longestMs: 300_000 };
const streaks = new WeakMap<RunJudge, number>();

/** Counts what may have been paid for in vain, until something is judged again. */
export function noteStreak(judge: RunJudge, said: Judgement): void {
  if (paidInVain(said) > 0) streaks.set(judge, (streaks.get(judge) ?? 0) + 1);
  else if (said.calls > 0 && !(said.status === 'abstained' && said.retryable)) streaks.delete(judge);
}

/** How long nobody is asked after what failed, in milliseconds; 0 where that may be of the texts. */
export function pauseOf(judge: RunJudge): number {
  const over = (streaks.get(judge) ?? 0) - STREAK.least;
  return over < 0 ? 0 : Math.min(STREAK.longestMs, STREAK.firstMs * 2 ** Math.min(over, 20));
}
