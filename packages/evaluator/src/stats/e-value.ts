import { UNIT } from './bets.js';

/**
 * The natural logarithm of the e-value: of the mean capital over the bets, E = mean_g exp(logW_g).
 *
 * Serves: every claim; it is made once E >= 1/level. By Ville's inequality the probability that E ever reaches 1/level
 * under the hypothesis is at most `level`, however often it is looked at.
 * Assumes: `capital` holds the sums of `betTerms`, in units of 2^-40. Cost: one exponential a bet; never overflows.
 * Example: no pairs yet, every sum 0: log 1 = 0.
 */
export function logEValue(capital: readonly bigint[]): number {
  return logMeanExp(capital.map(toLog));
}

/** The natural logarithm of the capital of the luckiest bet: what the estimate of the remaining pairs is made of. */
export function logLargest(capital: readonly bigint[]): number {
  return Math.max(...capital.map(toLog));
}

/**
 * log(mean(exp(v))), without overflow. The mean of e-values is an e-value under any dependence.
 * Example: logMeanExp([log 1, log 3]) = log 2. Nothing to average is no evidence: -Infinity.
 */
export function logMeanExp(values: readonly number[]): number {
  if (values.length === 0) return -Infinity;
  const top = Math.max(...values);
  if (top === -Infinity) return -Infinity;
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0) / values.length);
}

function toLog(sum: bigint): number {
  return Number(sum) / UNIT;
}
