import { randomInt } from 'node:crypto';
import type { WireCall } from '../capture/call.js';
import { CREDENTIAL_HEADERS } from '../dialect/credential-headers.js';
import { DIALECTS } from '../dialect/registry.js';
import { CREDENTIAL } from '../experiment/credential.js';
import type { Candidate } from '../experiment/definition.js';
import type { Secret } from '../shadow/secret.js';

/** Who is asked, and as whom: what a provider's limits are about. */
export interface Party {
  /** Scheme, host and port. */
  readonly origin: string;
  /** For each credential a number that two equal ones share in this process, and that says nothing of them. */
  readonly keys: readonly number[];
}

/** Of calls that are code: whom they ask is not known, so the primary and its candidates count as asking the same. */
const CODE: Party = { origin: 'code', keys: [] };

/** Where the protocols that are known say who asks. */
const KNOWN: ReadonlySet<string> = new Set([
  ...CREDENTIAL_HEADERS,
  ...DIALECTS.flatMap(({ shadow }) => shadow?.credentials.headers ?? []),
]);

/** A number for each process: what a credential is compared by can be compared nowhere else. */
const seed: number = randomInt(2 ** 32);

/**
 * Whom a primary asks. Ask before it is sent: its headers are the host's own.
 *
 * @param also Headers, lower case, that may hold a key beside those that are known to.
 */
export function partyOf(wire: WireCall | null, also: readonly string[] = []): Party {
  return wire === null ? CODE : { origin: wire.url.origin, keys: keysOf(wire, also) };
}

function keysOf({ headers, url, dialect }: WireCall, also: readonly string[]): readonly number[] {
  const { headers: own = [], query = [] } = dialect.shadow?.credentials ?? {};
  const values: (string | null | undefined)[] = [];
  for (const names of [CREDENTIAL_HEADERS, own, also]) for (const name of names) values.push(headers.get(name));
  if (url.search !== '') for (const name of query) values.push(url.searchParams.get(name));
  return numbersOf(values);
}

/** The headers, lower case, in which candidates are told to carry a key, wherever protocols have theirs. */
export function keyHeadersOf(candidates: readonly Candidate[]): readonly string[] {
  const named = candidates.flatMap(({ keyHeader, headers = {} }) => [
    ...(keyHeader === undefined ? [] : [keyHeader]),
    ...Object.keys(headers).filter((name) => CREDENTIAL.test(name)),
  ]);
  return [...new Set(named.map((name) => name.toLowerCase()))].filter((name) => !KNOWN.has(name));
}

/** Whom the shadows of a candidate ask, as far as its configuration says; the rest is the primary's. `null`: the incumbent. */
export function targetOf(candidate: Candidate | null, apiKey: Secret | null): Partial<Party> {
  const { baseUrl, headers = {} } = candidate ?? {};
  const declared = Object.entries(headers).filter(([name]) => CREDENTIAL.test(name) || KNOWN.has(name.toLowerCase()));
  const keys = numbersOf([apiKey?.reveal(), ...declared.map(([, value]) => value)]);
  return {
    ...(baseUrl !== undefined && { origin: new URL(baseUrl).origin }),
    ...(keys.length > 0 && { keys }),
  };
}

/** The primary's credential goes to its own origin only. */
export function partyAt(target: Partial<Party>, primary: Party): Party {
  const origin = target.origin ?? primary.origin;
  return { origin, keys: target.keys ?? (origin === primary.origin ? primary.keys : []) };
}

/** The same provider, or the same account with it. */
export function shares(a: Party, b: Party): boolean {
  return a.origin === b.origin || a.keys.some((key) => b.keys.includes(key));
}

function numbersOf(credentials: readonly (string | null | undefined)[]): readonly number[] {
  const numbers: number[] = [];
  // Lists of headers overlap: the same credential is looked along once.
  for (const credential of new Set(credentials)) {
    if (credential === null || credential === undefined || credential === '') continue;
    const number = keyNumber(credential);
    if (!numbers.includes(number)) numbers.push(number);
  }
  return numbers;
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
