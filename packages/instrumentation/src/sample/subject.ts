import { createHmac } from 'node:crypto';
import type { Call } from '../capture/call.js';
import type { Subject } from '../experiment/definition.js';
import type { SubjectKey } from '../trial/trial.js';

/** Whose call it is, as far as it leaves the process: undefined where no attribute names it. */
export function subjectOf(
  call: Pick<Call, 'context'>,
  { attribute }: Subject,
  salt: Uint8Array,
): SubjectKey | undefined {
  const value = attribute === null ? undefined : call.context[attribute];
  const named = typeof value === 'string' ? value !== '' : typeof value === 'number';
  return named ? subjectKey(String(value), salt) : undefined;
}

/** The salted hash of whom a call is of. Its use is hashed too: it must not meet the cluster key of the same text. */
export function subjectKey(value: string, salt: Uint8Array): SubjectKey {
  return createHmac('sha256', salt).update('subject\0').update(value).digest('hex').slice(0, 32) as SubjectKey;
}
