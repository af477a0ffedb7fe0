import { nameOfHour } from './coverage-classes.js';
import type { Policy } from './policy.js';
import type { Hold } from './verdict.js';

const HOURS = 24;
/** Hours that are named before the rest is only counted. */
const MOST_NAMED = 3;

/** Hold where the policy asks for a full day, and some hour of the day (UTC) has given no pair of evidence yet. */
export function missingHours(
  { fullDay }: Pick<Policy, 'fullDay'>,
  hours: readonly { readonly hour: number; readonly evidence: number }[],
): Hold | null {
  if (fullDay !== true) return null;
  const known = new Set(hours.filter(({ evidence }) => evidence > 0).map(({ hour }) => hour));
  const missing = Array.from({ length: HOURS }, (_, hour) => hour).filter((hour) => !known.has(hour));
  if (missing.length === 0) return null;
  const named = missing.slice(0, MOST_NAMED).map(nameOfHour);
  const rest = missing.length - named.length;
  return {
    reason: 'coverage',
    sentence: `the policy asks for a full day, and no pair is yet of ${missing.length} of its 24 hours: ${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`,
  };
}
