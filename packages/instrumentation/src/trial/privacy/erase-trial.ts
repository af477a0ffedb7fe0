import type { Leg, Trial, TrialLeg } from '../trial.js';
import { Allowance } from './allowance.js';
import { featuringTrial } from './features.js';
import { finished } from '../steps.js';

/** Whoever erases has the time: it is not a host that is waiting. */
const UNLIMITED = { characters: Infinity, milliseconds: Infinity };

/**
 * A trial that is not scored yet without what was said and whose call it was. Features take the place of texts until it is scored, since
 * every score on them is the one on the texts: what is decided stays as it was. The ledger then keeps none of it.
 */
export function eraseTrial(trial: Trial): Trial {
  const { subject: _subject, ...rest } = finished(featuringTrial(trial, new Allowance(() => 0, UNLIMITED)));
  return {
    ...rest,
    erased: true,
    input: { kind: 'none' },
    primary: unnamed(rest.primary),
    legs: Object.fromEntries(
      Object.entries(rest.legs).map(([arm, leg]): [string, TrialLeg] => [arm, { ...unnamed(leg), pairId: leg.pairId }]),
    ),
  };
}

/** Without the names that the other side chose freely. */
function unnamed(leg: Leg): Leg {
  return leg.status === 'ok' ? { ...leg, finish: null, model: null } : leg;
}
