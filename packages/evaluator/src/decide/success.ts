import type { Success } from '@understudy/instrumentation/experiment';
import { SEGMENT_ALL } from '@understudy/instrumentation/trial';
import { countOf, type Counters } from '../tally/counters.js';
import { QUANTITIES, type Quantity } from '../tally/amounts.js';
import type { Verdict } from './verdict.js';

/** Pairs below which nothing is said of it. */
const FEWEST = 30;

/**
 * The verdict with why one would switch beside it, in its sentence: `Why switch: cheaper, $0.0031 a call against $0.006 (x0.52).` Shown, never
 * decided on: a mean of costs is no test. What stopped a run says nothing of it. Pure.
 *
 * @param counters What is counted of all pairs of the arm; undefined where nothing is.
 */
export function withSuccess(verdict: Verdict, success: Success | undefined, counters: Counters | undefined): Verdict {
  if (success === undefined || verdict.state === 'no_go' || verdict.state === 'invalid') return verdict;
  const words = success === 'better' ? better(verdict) : amount(success, counters);
  return words === null ? verdict : { ...verdict, sentence: `${verdict.sentence} Why switch: ${words}.` };
}

function better({ gates }: Verdict): string | null {
  const gate = gates.find((one) => one.gate === 'win_rate' && one.stream === SEGMENT_ALL);
  if (gate === undefined || gate.candidate === null || gate.pairs - gate.missing < FEWEST) return null;
  const preferred = `preferred in ${(100 * gate.candidate).toFixed(1)} % of pairs, a tie half`;
  return `${gate.candidate > 0.5 ? 'better' : 'not better'}, ${preferred}`;
}

function amount(success: 'cheaper' | 'faster', counters: Counters | undefined): string | null {
  if (success === 'faster') return compared(success, 'latency', counters, (mean) => `${Math.round(mean)} ms`);
  const dollars = (mean: number): string => `$${Number((mean / 1e9).toPrecision(3))}`;
  return compared(success, 'paid_cost', counters, dollars) ?? compared(success, 'list_cost', counters, dollars);
}

/** Means over the pairs of which both are known. */
function compared(
  word: string,
  name: Quantity,
  counters: Counters | undefined,
  words: (mean: number) => string,
): string | null {
  const pairs = counters === undefined ? 0 : countOf(counters, `amount ${name} both`);
  if (counters === undefined || pairs < FEWEST) return null;
  const mean = (side: string): number => countOf(counters, `amount ${name} both ${side}`) / QUANTITIES[name] / pairs;
  const [own, other] = [mean('primary'), mean('shadow')];
  const ratio = own > 0 ? ` (x${Number((other / own).toPrecision(3))})` : '';
  return `${other < own ? word : `not ${word}`}, ${words(other)} a call against ${words(own)}${ratio}`;
}
