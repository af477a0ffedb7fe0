import type { Run } from '@understudy/instrumentation/experiment';
import { messageOf } from '../../errors.js';
import { checkIndependence } from '../../judge/families.js';
import type { Judgement } from '../../judge/judgement.js';
import type { ModelIdentity } from '../../judge/model-client.js';
import type { PairContent } from '../../ledger/record.js';
import { contestantsOf } from './make-judge.js';
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
  return whyNot(inner.models, identities(models));
}

/**
 * The same of what the judge says it is. The name in a configuration may be that of a gateway, behind which anything answers.
 *
 * @param models That have answered. What the run names is compared with, too.
 */
export function kinOfReplies(
  judge: Pick<RunJudge, 'definition'>,
  run: Pick<Run, 'definition'>,
  models: ReadonlySet<string>,
  said: Judgement,
): string | null {
  const replies = identities(namedIn(said));
  if (replies.length === 0 || judge.definition.force) return null;
  return whyNot(replies, [...contestantsOf(run.definition), ...identities(models)]);
}

function namedIn({ orders, members }: Judgement): ReadonlySet<string> {
  const own = orders.flatMap(({ model }) => model ?? []);
  return new Set([...own, ...members.flatMap((member) => [...namedIn(member)])]);
}

function identities(models: ReadonlySet<string>): readonly ModelIdentity[] {
  return [...models].map((model) => ({ provider: '', model }));
}

function whyNot(models: readonly ModelIdentity[], contestants: readonly ModelIdentity[]): string | null {
  try {
    checkIndependence({ models }, contestants);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** The models that gave the answers of a pair, where they name themselves. */
export function modelsOf({ primary, shadow }: PairContent): ReadonlySet<string> {
  return new Set([primary, shadow].flatMap((leg) => (leg.status === 'ok' && leg.model !== null ? [leg.model] : [])));
}
