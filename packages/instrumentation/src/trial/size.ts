import type { Asked, Content, Leg } from './trial.js';

/** Bytes counted for a message and for a part, beside their text. */
const ENTRY_BYTES = 64;
const BYTES_PER_CHARACTER = 2;
/** A number of a token, with the comma behind it; a hash, with its quotes. */
const TOKEN_BYTES = 8;
const HASH_BYTES = 40;

/** About how many bytes a content takes in memory, and at most as JSON. */
export function contentBytes(content: Content): number {
  if (content.kind === 'none') return 0;
  if (content.kind === 'features') return featureBytes(content);
  let bytes = 0;
  for (const { role, parts } of content.messages) {
    bytes += ENTRY_BYTES + BYTES_PER_CHARACTER * role.length;
    for (const part of parts) {
      bytes += ENTRY_BYTES;
      for (const value of Object.values(part)) {
        bytes += typeof value === 'string' ? BYTES_PER_CHARACTER * value.length : 0;
      }
    }
  }
  return bytes;
}

function featureBytes({ compared, messages }: Extract<Content, { readonly kind: 'features' }>): number {
  const parts = messages.flatMap((message) => message.parts);
  const hashes = parts.reduce((sum, { keys }) => sum + (keys?.length ?? 0), 4 + parts.length);
  const entries = messages.length + 2 * parts.length;
  return ENTRY_BYTES * entries + HASH_BYTES * hashes + TOKEN_BYTES * (compared?.tokens.length ?? 0);
}

/** Of a leg, what depends on the other side. */
export function legBytes(leg: Leg): number {
  return leg.status === 'ok' ? contentBytes(leg.answer) : 0;
}

/** Of what was asked of the answer's form. */
export function askedBytes(asked: Asked | undefined): number {
  if (asked === undefined) return 0;
  const tools = asked.tools ?? [];
  const characters = tools.reduce((sum, { name, parameters = '' }) => sum + name.length + parameters.length, 0);
  return ENTRY_BYTES * (1 + tools.length) + BYTES_PER_CHARACTER * (characters + (asked.output?.schema?.length ?? 0));
}
