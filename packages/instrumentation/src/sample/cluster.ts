import type { Call } from '../capture/call.js';
import { openingOf } from '../dialect/opening.js';
import type { Cluster } from '../experiment/definition.js';
import { guard } from '../guard.js';
import type { ClusterKey } from '../trial/trial.js';
import type { CallRules, CallView } from './call-view.js';
import { keyedHash } from './keyed-hash.js';

/**
 * Names what makes calls repeat each other: the user's rule, else the conversation's id on the active span, else the system
 * prompt and the first user message. Only a salted hash of it leaves the process: 64 bits, the salt shared by all producers.
 *
 * Throws where the request has no opening that can be read; the call is then not admitted.
 */
export function clusterKey(
  call: Call,
  view: CallView,
  { attribute }: Pick<Cluster, 'attribute'>,
  rule: CallRules['cluster'],
  salt: Uint8Array,
): ClusterKey {
  const named = rule === undefined ? undefined : guard('sample.cluster', () => rule(view));
  if (typeof named === 'string' && named !== '') return hashed('rule', named, salt);
  const conversation = attribute === null ? undefined : call.context[attribute];
  if (typeof conversation === 'string' && conversation !== '') return hashed('conversation', conversation, salt);
  return hashed('opening', openingOf(call.messages()), salt);
}

/** The kind is hashed too: a conversation's id must not meet an opening of the same text. */
function hashed(kind: string, text: string, salt: Uint8Array): ClusterKey {
  return keyedHash(salt, `${kind}\0${text}`).slice(0, 16) as ClusterKey;
}
