import type { Preference } from '../stats/label-bets.js';
import { MISSING, type Observation } from './observation.js';

/**
 * What is known of which answer of a pair is the better one, in [0,1]: 0 = the incumbent's, .5 = a tie, 1 = the candidate's.
 *
 * - `known`: nobody had to be asked: identical answers .5, only one role answered 0 or 1, both failed .5.
 * - `missing`: admitted, and there is no pair, or none that was judged before the deadline.
 * - `judged`: the judge was asked. `verdict` null: it abstained. Each judged pair is in the draw for labels, abstained or not.
 */
export type PreferenceFacts =
  | { readonly status: 'known'; readonly x: number }
  | { readonly status: 'missing' }
  | { readonly status: 'judged'; readonly verdict: number | null; readonly label: LabelFacts };

/** A person's answer in [0,1]. `unanswered`: offered, and by the deadline without an answer, or with "cannot say". */
export type LabelFacts = number | 'not_offered' | 'unanswered';

/** The two claims on a preference. */
export type ClaimName = 'safe' | 'harm';

/**
 * What a pair says to one claim. For `harm` everything is mirrored, so that 1 speaks for the claim in both; what is
 * missing, an abstention and an unanswered offer speak against it in both.
 */
export function preferenceFor(claim: ClaimName, facts: PreferenceFacts): Preference {
  const side = (x: number | null): number => (x === null ? 0 : claim === 'safe' ? x : 1 - x);
  if (facts.status === 'known') return { kind: 'known', x: side(facts.x) };
  if (facts.status === 'missing') return { kind: 'known', x: 0 };
  const judge = side(facts.verdict);
  if (facts.label === 'not_offered') return { kind: 'judged', judge };
  return { kind: 'offered', judge, label: side(facts.label === 'unanswered' ? null : facts.label) };
}

/**
 * What a pair says to the judge-alone form: a tally like any other for each of the two boundaries (`judgeBoundary`), of
 * which the one at .5 - d J is read for the safe claim and the one at .5 - d for the harm claim. Labels do not enter.
 */
export function judgeObservation(facts: PreferenceFacts): Observation {
  if (facts.status === 'missing') return MISSING;
  const x = facts.status === 'known' ? facts.x : facts.verdict;
  return x === null ? MISSING : { safe: x, harm: x, reference: 1 - x, candidate: x };
}

/** Every number is in [0,1]. */
export function isPreference(facts: PreferenceFacts): boolean {
  if (facts.status === 'missing') return true;
  if (facts.status === 'known') return isUnit(facts.x);
  const { verdict, label } = facts;
  return (verdict === null || isUnit(verdict)) && (typeof label !== 'number' || isUnit(label));
}

function isUnit(value: number): boolean {
  return value >= 0 && value <= 1;
}
