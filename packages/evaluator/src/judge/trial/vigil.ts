import { CANARY_KINDS } from './canary-kinds.js';
import type { HealthLimits, UnfitReason } from './fitness.js';
import { healthRates, isFaultless, isTelling } from './health-rates.js';
import type { CanaryCounts, JudgeHealth } from './judge-health.js';
import { paddedCounts, paddedLeft } from './length-bias.js';
import { logAlarm, NEW_WATCH, type Watch, watched } from './watch.js';

/** A judge in the run, canary after canary, in the order they were settled in. */
export interface Vigil {
  /** Of telling canaries: what J was shown of it, against what it shows now. */
  readonly sight: Watch;
  /** Of all whose broken side nobody may prefer. */
  readonly falseWins: Watch;
}

export const NEW_VIGIL: Vigil = { sight: NEW_WATCH, falseWins: NEW_WATCH };

/**
 * Telling canaries beside pairs of the run before the judge's word alone makes anything provisional: by then one that has begun to call
 * everything a tie is found out, at any J that may decide.
 */
export const LEAST_BESIDE = 13;

/**
 * Canaries beside pairs that are to come, at least, before the judge's word alone makes anything provisional: telling ones, which show that it
 * has not gone blind, and padded ones, which show that it does not like length.
 */
export function unprovenOf(health: JudgeHealth): number {
  return Math.max(0, LEAST_BESIDE - healthRates(health).since.of) + paddedLeft(paddedCounts(health));
}

/**
 * After the canaries in `fresh` that stood beside pairs.
 *
 * @param sensitivity J, frozen; null for a judge that was never tried, of whom nothing is promised.
 */
export function keptVigil(
  vigil: Vigil,
  fresh: Pick<JudgeHealth, 'beside'>,
  sensitivity: number | null,
  limits: Pick<HealthLimits, 'falseWins'>,
): Vigil {
  let { sight, falseWins } = vigil;
  for (const kind of CANARY_KINDS) {
    for (const x of lossesOf(fresh.beside[kind])) {
      if (sensitivity !== null && isTelling(kind)) sight = watched(sight, x, lossAt(sensitivity));
      if (isFaultless(kind)) falseWins = watched(falseWins, Number(x === 1), limits.falseWins);
    }
  }
  return { sight, falseWins };
}

/**
 * Telling canaries in a row, all of them ties, after which a judge that was seen like this is found to have gone blind. With nothing seen, 4
 * at J = .92 and 13 at J = .5; after 500 good ones, 8 and 35.
 *
 * @param sensitivity J, of a judge that may decide: .5 or more, so that there is such a number.
 */
export function tiesUntilFound(
  { sight }: Pick<Vigil, 'sight'>,
  sensitivity: number,
  { alpha }: Pick<HealthLimits, 'alpha'>,
): number {
  let after = sight;
  for (let ties = 0; ; ties += 1) {
    if (logAlarm(after) >= Math.log(1 / alpha) || ties === MOST_TIES) return ties;
    after = watched(after, 0.5, lossAt(sensitivity));
  }
}

/** More than any judge that may decide needs. */
const MOST_TIES = 1000;

/**
 * What is against the judge since its trial. Each with probability alpha at most, at any look, while its detection less its false wins is
 * not below J, and its false wins are not above their limit.
 */
export function foundBy({ sight, falseWins }: Vigil, { alpha }: Pick<HealthLimits, 'alpha'>): readonly UnfitReason[] {
  const bar = Math.log(1 / alpha);
  return [
    ...(logAlarm(falseWins) >= bar ? (['false_wins'] as const) : []),
    ...(logAlarm(sight) >= bar ? (['blind'] as const) : []),
  ];
}

/** Detection less false wins is 1 - 2 times the mean of these: 0 where the whole answer was named, 1 where the broken one was, else .5. */
function lossesOf({ detected, falseWins, given }: CanaryCounts): readonly number[] {
  const times = (x: number, count: number): readonly number[] => Array.from({ length: count }, () => x);
  return [...times(0, detected), ...times(1, falseWins), ...times(0.5, given - detected - falseWins)];
}

/** The mean of losses that J allows. J is .5 or more where the judge may decide at all. */
function lossAt(sensitivity: number): number {
  return Math.min(0.999, Math.max(0.001, (1 - sensitivity) / 2));
}
