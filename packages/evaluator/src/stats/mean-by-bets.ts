import { BETS, UNIT } from './bets.js';
import { logMeanExp } from './e-value.js';
import { LABEL_BETS, type LabelDesign, TRUSTS } from './label-bets.js';

/** How large one bet is, and what a pair can do to it at the worst and at the best: lambda (x - m). */
interface Bet {
  readonly size: number;
  readonly least: number;
  readonly most: number;
}

/** The bets of a claim and what they have come to, of which the bound of a mean is read. */
export interface Wagered {
  /** The boundary they were placed against. */
  readonly m: number;
  /** Log capital by bet, in units of 2^-40. */
  readonly capital: readonly bigint[];
  /** All pairs, and those that are not missing. */
  readonly pairs: number;
  readonly known: number;
  /** Sum of the known pairs' weights pi_min / pi: `known` where all are alike. */
  readonly weight: number;
  /** Of a win rate with labels; absent: plain bets. */
  readonly labels?: LabelDesign;
}

const STEPS = 48;
const BOLDEST = 0.5;

/**
 * The lower end of a confidence sequence for the mean: every mean below it is refuted at this look. With probability at least 1 - level
 * the mean is never below it, at any look.
 *
 * Serves: the interval of each gate that is shown. The gate's own e-process, asked about every other boundary as well: a bet lambda that the mean is above
 * m is the bet lambda / (1 + lambda (mu - m)) that it is above mu, since
 *
 *     1 + lambda (x - m) = (1 + lambda (mu - m)) (1 + lambda / (1 + lambda (mu - m)) (x - mu))
 *
 * so the sums that are kept for m hold the e-value for every mu: log W - n log(1 + lambda (mu - m)). At mu = m it is the gate's: the end
 * passes m at the very look at which the claim is made.
 * Assumes: as the gate, and where weights differ that the mean given the past is one number. Then a pair's part of the correction is not the same for all, and what
 * it is at the least is taken (docs/decisions/0070).
 * Source: inversion of the capital process of Waudby-Smith and Ramdas (arXiv:2010.09686, section 4.1) for a fixed mixture of bets.
 * Cost: 48 times as many exponentials as there are bets; nothing is kept. Example: 100 of 100 times x = 1 against m = .5, level .025: .927.
 *
 * @param bar ln(1 / level).
 */
export function meanAtLeast(wagered: Wagered, bar: number): number {
  const bets = betsOf(wagered);
  const logs = wagered.capital.map((sum) => Number(sum) / UNIT);
  const isRefuted = (mu: number): boolean =>
    logMeanExp(bets.map((bet, at) => (logs[at] ?? 0) + correction(bet, mu - wagered.m, wagered))) >= bar;
  if (!isRefuted(0)) return 0;
  if (isRefuted(1)) return 1;
  let [low, high] = [0, 1];
  // The gate says it at its own boundary: a rounded end must not contradict it.
  if (isRefuted(wagered.m)) low = wagered.m;
  else high = wagered.m;
  for (let step = 0; step < STEPS; step += 1) {
    const middle = (low + high) / 2;
    if (isRefuted(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** What is added to a bet's log capital against m to have it against m + shift, or less than that. */
function correction({ size, least, most }: Bet, shift: number, { pairs, known, weight }: Wagered): number {
  const moved = size * shift;
  if (weight === known) return -(shift > 0 ? pairs : known) * Math.log1p(moved);
  // The pair with which weights began to differ may count for less: it is left out, or counted twice.
  if (shift <= 0) return Math.max(0, weight - 1) * Math.log1p(-moved / (1 + most));
  const rest = 1 - moved / (1 + least);
  return rest > 0 ? (weight + pairs - known + 1) * Math.log(rest) : -Infinity;
}

function betsOf({ m, labels }: Wagered): readonly Bet[] {
  return labels === undefined ? plain(m) : labelled({ ...labels, m });
}

function plain(m: number): readonly Bet[] {
  return Array.from({ length: BETS }, (_, g) => {
    const size = (((g + 1) / BETS) * BOLDEST) / m;
    return { size, least: -size * m, most: size * (1 - m) };
  });
}

/** The sizes of `labelBetTerms`, and the ends of Z - m. */
function labelled({ m, offered }: LabelDesign): readonly Bet[] {
  return Array.from({ length: LABEL_BETS }, (_, at) => {
    const k = TRUSTS[Math.floor(at / BETS)] ?? 0;
    const down = Math.max(m, k * m, k * (1 - m) * (1 / offered - 1) + m / offered);
    const up = Math.max(1 - m, k * m * (1 / offered - 1) + (1 - m) / offered);
    const worst = Math.max(k * m, k * (1 - m) * (1 / offered - 1) + m / offered);
    const size = (((at % BETS) + 1) / BETS) * (BOLDEST / worst);
    return { size, least: -size * down, most: size * up };
  });
}
