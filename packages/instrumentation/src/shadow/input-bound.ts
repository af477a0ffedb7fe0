import type { WireCall } from '../capture/call.js';
import type { Candidate } from '../experiment/definition.js';

/** A token of text is some four bytes; of digits, code and scripts that are rare, two and more. The request's own syntax counts as well. */
const BYTES_PER_TOKEN = 2;
/** An image or a file that the provider fetches itself: what large images count. */
const BY_REFERENCE = 5000;
const REFERENCE = /"(?:url|image_url|file_url|file_uri|fileUri|file_id)"\s*:\s*"(?!data:)/g;

/** The most tokens that a request is taken to have as input. Linear in its length. */
export function inputBound(body: string): number {
  const references = body.match(REFERENCE)?.length ?? 0;
  return Math.ceil(Buffer.byteLength(body) / BYTES_PER_TOKEN) + references * BY_REFERENCE;
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
