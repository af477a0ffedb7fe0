import type { Exchanged } from './exchange.js';

/** A field that some servers refuse, and what a message that refuses it mentions. */
export interface OptionalField<Name extends string> {
  readonly name: Name;
  readonly mentioned: RegExp;
}

/** A 5xx other than "not implemented" passes: it is no word on a field, whatever its message mentions. */
const REFUSALS: readonly number[] = [400, 404, 415, 422, 501];

/**
 * Which field to leave out after a refusal: the one that the provider names; where it names none, the first that is still sent and
 * often is the reason, once. Null: it is no matter of a field.
 *
 * @param sent In the order of suspicion.
 */
export function refusedField<Name extends string>(
  reply: Exchanged,
  sent: readonly OptionalField<Name>[],
  guess: boolean,
): Name | null {
  if (reply.status === 'ok' || reply.code === null || !REFUSALS.includes(reply.code)) return null;
  const named = sent.find(({ mentioned }) => mentioned.test(reply.said));
  if (named !== undefined) return named.name;
  return guess ? (sent[0]?.name ?? null) : null;
}
