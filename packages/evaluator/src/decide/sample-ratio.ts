import { logSampleRatio } from '../stats/sample-ratio.js';
import type { ProducerDraws } from '../ledger/snapshot.js';
import { count } from './describe.js';
import { MOST_LOST } from './losses.js';

/** E-value at which a sample is not what it is said to be. */
const UNSOUND = 1000;

/**
 * Why what was drawn is not what was declared, in words; null where nothing speaks for it. Valid at every look: of a thousand runs with an
 * honest sample one at most is ever found, however its producers' draws depend on each other.
 *
 * Draws of one process are of distinct traces or keys, each at a probability that was fixed before it: its e-values by probability multiply.
 * Processes share traces and keys, so theirs do not: the i-th to name the run needs 1000 i (i + 1), and the sum of 1 / (i (i + 1)) is 1.
 * Pure. Cost: two ln Gamma a probability and producer.
 */
export function sampleMismatch(draws: readonly ProducerDraws[]): string | null {
  for (const { producer, place, counts } of draws) {
    const logs = counts.map((one) => ({ ...one, logE: logRatio(one) }));
    const logE = logs.reduce((sum, one) => sum + one.logE, 0);
    if (!(logE >= Math.log(UNSOUND * place * (place + 1)))) continue;
    const worst = logs.reduce((a, b) => (b.logE > a.logE ? b : a));
    const share = `${Number((100 * (worst.drawn / worst.draws)).toPrecision(3))} %`;
    return `${producer} declared to draw ${Number((100 * worst.pi).toPrecision(3))} % of its calls and has drawn ${share}: ${count(worst.drawn)} of ${count(worst.draws)} traces or keys`;
  }
  return null;
}

/**
 * Where all are to be drawn nothing is left to chance, and what is lacking was lost by us: no more may be than of what was admitted. Such a number is
 * an e-value as well, since without a loss it is 1.
 */
function logRatio({ pi, draws, drawn }: ProducerDraws['counts'][number]): number {
  const taken = Math.min(drawn, draws);
  if (!(pi > 0) || draws === 0) return 0;
  if (pi >= 1 && draws - taken <= MOST_LOST * draws) return 0;
  const declared = pi >= 1 ? 1 - MOST_LOST : pi;
  return logSampleRatio({ counts: [taken, draws - taken], probabilities: [declared, 1 - declared] });
}
