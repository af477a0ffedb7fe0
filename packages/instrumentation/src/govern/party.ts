import { randomInt } from 'node:crypto';
import type { WireCall } from '../capture/call.js';
import type { Candidate } from '../experiment/definition.js';
import type { Secret } from '../shadow/secret.js';

/** Who is asked, and as whom: what a provider's limits are about. */
export interface Party {
  /** Scheme, host and port. */
  readonly origin: string;
  /** A number that two equal credentials share in this process, and that says nothing of them; null: none is known. */
  readonly key: number | null;
}

/** Of calls that are code: whom they ask is not known, so the primary and its candidates count as asking the same. */
const CODE: Party = { origin: 'code', key: null };

/** The headers in which any protocol may say who asks. */
const HEADERS: readonly string[] = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'];

/** A number for each process: what a credential is compared by can be compared nowhere else. */
const seed: number = randomInt(2 ** 32);

/** Whom a primary asks. Ask before it is sent: its headers are the host's own. */
export function partyOf(wire: WireCall | null): Party {
  return wire === null ? CODE : { origin: wire.url.origin, key: keyOf(wire) };
}

function keyOf({ headers, url, dialect }: WireCall): number | null {
  for (const name of HEADERS) {
    const value = headers.get(name);
    if (value !== undefined) return keyNumber(value);
  }
  if (url.search === '') return null;
  for (const name of dialect.shadow?.credentials.query ?? []) {
    const value = url.searchParams.get(name);
    if (value !== null) return keyNumber(value);
  }
  return null;
}

/** Whom the shadows of a candidate ask, as far as its configuration says; the rest is the primary's. `null`: the incumbent. */
export function targetOf(candidate: Candidate | null, apiKey: Secret | null): Partial<Party> {
  const { baseUrl, headers = {} } = candidate ?? {};
  const declared = Object.entries(headers).find(([name]) => HEADERS.includes(name.toLowerCase()))?.[1];
  const credential = apiKey?.reveal() ?? declared;
  return {
    ...(baseUrl !== undefined && { origin: new URL(baseUrl).origin }),
    ...(credential !== undefined && { key: keyNumber(credential) }),
  };
}

/** The primary's credential goes to its own origin only. */
export function partyAt(target: Partial<Party>, primary: Party): Party {
  const origin = target.origin ?? primary.origin;
  return { origin, key: target.key ?? (origin === primary.origin ? primary.key : null) };
}

/** The same provider, or the same account with it. */
export function shares(a: Party, b: Party): boolean {
  return a.origin === b.origin || (a.key !== null && a.key === b.key);
}

/** FNV-1a in two lanes of 32 bits, from a secret start. Not for secrets to be kept by: only for two to be found alike. */
function keyNumber(credential: string): number {
  let low = 0x811c9dc5 ^ seed;
  let high = 0x01000193 ^ (seed >>> 7);
  for (let index = /^Bearer /i.test(credential) ? 7 : 0; index < credential.length; index += 1) {
    const code = credential.charCodeAt(index);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x85ebca6b);
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}
