/** A message as far as it tells whose it is, with or without its text. */
interface Turned {
  readonly role: string;
  readonly parts: readonly { readonly type: string }[];
}

/** How often the user speaks in a request: which turn of its conversation the call is. A message that only brings results of tools is none. */
export function turnsOf(messages: readonly Turned[]): number {
  return messages.filter(
    ({ role, parts }) => role === 'user' && parts.some(({ type }) => type !== 'tool_call_response'),
  ).length;
}
