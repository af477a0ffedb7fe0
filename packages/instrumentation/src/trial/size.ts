import type { Content, Leg } from './trial.js';

/** Bytes counted for a message and for a part, beside their text. */
const ENTRY_BYTES = 64;
const BYTES_PER_CHARACTER = 2;

/** About how many bytes a content takes in memory, and at most as JSON. */
export function contentBytes(content: Content): number {
  if (content.kind === 'none') return 0;
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

/** Of a leg, what depends on the other side. */
export function legBytes(leg: Leg): number {
  return leg.status === 'ok' ? contentBytes(leg.answer) : 0;
}
