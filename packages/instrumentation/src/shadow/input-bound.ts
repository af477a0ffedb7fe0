import type { WireCall } from '../capture/call.js';
import type { Candidate } from '../experiment/definition.js';

/** A token of text is some four bytes; of digits, code and scripts that are rare, two and more. The request's own syntax counts as well. */
const BYTES_PER_TOKEN = 2;
/** An image or a file that the provider fetches itself: what large images count. */
const BY_REFERENCE = 5000;
const REFERENCES = ['url', 'image_url', 'file_url', 'file_uri', 'fileUri', 'file_id'];
const REFERENCE = new RegExp(`"(?:${REFERENCES.join('|')})"\\s*:\\s*"(?!data:)`, 'g');
/** Values that are walked through one by one; a text of more is made instead, which throws on what has no end. */
const MOST_VALUES = 100_000;

/** The most tokens that a request is taken to have as input. Linear in its length. */
export function inputBound(body: string): number {
  const references = body.match(REFERENCE)?.length ?? 0;
  return Math.ceil(Buffer.byteLength(body) / BYTES_PER_TOKEN) + references * BY_REFERENCE;
}

/** The same of a request that is no text yet, as long as its JSON would be but for escapes. None is made: the host waits. */
export function inputBoundOf(content: unknown): number {
  let bytes = 0;
  let references = 0;
  const left: unknown[] = [content];
  for (let count = 0; left.length > 0; count += 1) {
    if (count === MOST_VALUES) return inputBound(JSON.stringify(content));
    const value = left.pop();
    if (typeof value === 'string') bytes += Buffer.byteLength(value) + 3;
    else if (typeof value !== 'object' || value === null) bytes += String(value).length + 1;
    else if (Array.isArray(value)) {
      bytes += 3;
      for (const item of value as readonly unknown[]) left.push(item);
    } else {
      bytes += 3;
      for (const [name, item] of Object.entries(value)) {
        bytes += name.length + 3;
        if (typeof item === 'string' && REFERENCES.includes(name) && !item.startsWith('data:')) references += 1;
        left.push(item);
      }
    }
  }
  return Math.ceil(bytes / BYTES_PER_TOKEN) + references * BY_REFERENCE;
}

/** Of calls, and of what candidates declare. */
const known = new WeakMap<WireCall | Candidate, number>();

/**
 * The same of a request that is a call's own but for what a candidate declares: what the call has, and what is declared on top. The call's
 * own is counted once for all of its shadows, since the host waits.
 */
export function inputBoundWith(call: WireCall, candidate: Candidate | null): number {
  const own = once(call, () => call.body);
  if (candidate === null) return own;
  const { model = '', parameters = {}, system = '' } = candidate;
  const declared = [model, parameters, { role: 'system', content: [{ type: 'text', text: system }] }];
  return own + once(candidate, () => JSON.stringify(declared));
}

function once(of: WireCall | Candidate, text: () => string): number {
  const before = known.get(of);
  if (before !== undefined) return before;
  const bound = inputBound(text());
  known.set(of, bound);
  return bound;
}
