import { type Exchange, type Exchanged, exchange } from './exchange.js';
import type { Forms } from './forms.js';
import { inTurn, type PaidRequest, type Turns } from './turn.js';

/** Where a client's questions go, and what each has to pass. */
interface Way<Field extends string> {
  readonly to: Exchange;
  readonly forms: Forms<Field>;
  readonly turns: Turns | undefined;
}

/** A question in any of its forms. */
interface FormedQuestion<Field extends string> extends Omit<PaidRequest, 'body'> {
  /** Whether the question has the field at all. */
  readonly has: (field: Field) => boolean;
  readonly bodyOf: (without: ReadonlySet<Field>) => unknown;
}

/** Sends a question, and again in each form that is left where one is refused: every one of them in its turn. Never rejects. */
export async function sendQuestion<Field extends string>(
  { to, forms, turns }: Way<Field>,
  { has, bodyOf, maxTokens, usageIn }: FormedQuestion<Field>,
  signal?: AbortSignal,
): Promise<Exchanged> {
  return forms.send(has, (without) =>
    inTurn(turns, { body: bodyOf(without), maxTokens, usageIn }, (body) => exchange(to, body, signal)),
  );
}
