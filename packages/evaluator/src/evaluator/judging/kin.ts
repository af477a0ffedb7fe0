import { messageOf } from '../../errors.js';
import { checkIndependence } from '../../judge/families.js';
import type { PairContent } from '../../ledger/record.js';
import type { RunJudge } from './run-judges.js';

/**
 * What keeps a judge from judging what these models have answered, by their own names, one of which it is, or is of the family of. Null
 * where nothing does, or the judge is forced. A configuration may name no model, or one that is another one tomorrow.
 */
export function kinOf(
  { inner, definition }: Pick<RunJudge, 'inner' | 'definition'>,
  models: ReadonlySet<string>,
): string | null {
  if (definition.force) return null;
  const contestants = [...models].map((model) => ({ provider: '', model }));
  try {
    checkIndependence(inner, contestants);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** The models that gave the answers of a pair, where they name themselves. */
export function modelsOf({ primary, shadow }: PairContent): ReadonlySet<string> {
  return new Set([primary, shadow].flatMap((leg) => (leg.status === 'ok' && leg.model !== null ? [leg.model] : [])));
}
