import { messageOf } from '../../errors.js';
import { checkIndependence } from '../../judge/families.js';
import type { PairContent } from '../../ledger/record.js';
import type { RunJudge } from './run-judges.js';

/** Where the configuration names no models, the calls do. What keeps the judge from judging these; null where nothing does. */
export function kinOf(
  { inner, definition }: Pick<RunJudge, 'inner' | 'definition'>,
  contents: readonly PairContent[],
): string | null {
  if (definition.force) return null;
  const legs = contents.flatMap(({ primary, shadow }) => [primary, shadow]);
  const names = new Set(legs.flatMap((leg) => (leg.status === 'ok' && leg.model !== null ? [leg.model] : [])));
  try {
    const contestants = [...names].map((model) => ({ provider: '', model }));
    checkIndependence(inner, contestants);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}
