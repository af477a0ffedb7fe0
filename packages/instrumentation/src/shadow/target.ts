import type { WireCall } from '../capture/call.js';
import { CREDENTIAL_HEADERS } from '../dialect/credential-headers.js';
import type { Dialect, WireRequest } from '../dialect/dialect.js';
import type { Candidate } from '../experiment/definition.js';
import type { Secret } from './secret.js';

/** Where a shadow goes and with which headers. Either may hold a key: shows nothing of them when it is printed. */
export class Target {
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: URL, headers: Readonly<Record<string, string>>) {
    this.#url = url;
    this.#headers = headers;
  }

  get url(): URL {
    return this.#url;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#headers;
  }
}

/** What a parameter of the URL is called that says who asks: hosts of every protocol, and gateways before them, take keys there. */
const CREDENTIAL_PARAMETER = /key|token|secret|passw|auth|^sig(nature)?$/i;

/** All that another origin learns of the primary's headers: an unknown header may hold anything. */
const HARMLESS: readonly string[] = ['accept', 'accept-encoding', 'content-type', 'user-agent'];

/**
 * Of one connection, one message, one attempt or one trace: what belongs to the primary and to no other request. An idempotency
 * key would make the provider answer with the primary's own result; a cookie is state.
 */
const NOT_REPEATED: ReadonlySet<string> = new Set(
  [
    'connection keep-alive proxy-connection te trailer transfer-encoding upgrade expect http2-settings',
    'host content-length content-encoding accept-encoding cookie proxy-authorization',
    'idempotency-key x-idempotency-key x-request-id x-client-request-id x-stainless-retry-count x-stainless-timeout',
    'traceparent tracestate baggage b3 sentry-trace uber-trace-id x-cloud-trace-context x-amzn-trace-id',
  ].flatMap((names) => names.split(' ')),
);
const TRACING_PREFIXES: readonly string[] = ['x-b3-', 'x-datadog-', 'x-ot-', 'uberctx-'];

/** The incumbent once more: the primary's own address and headers. */
export function incumbentTarget(wire: WireCall): Target {
  return new Target(wire.url, repeatable(wire.headers));
}

/**
 * Address, key and headers of a candidate that speaks the primary's dialect: the dialect's own path, of the changed request, behind
 * the candidate's base URL. The primary's key goes to the primary's own origin only, and so does its query, which may hold one:
 * of it another origin sees what the dialect names.
 */
export function candidateTarget(
  wire: WireCall,
  changed: WireRequest,
  candidate: Candidate,
  apiKey: Secret | null,
): Target {
  const { dialect } = wire;
  const url = candidate.baseUrl === undefined ? new URL(changed.url) : rebased(changed.url, candidate.baseUrl, dialect);
  if (url.origin === wire.url.origin) url.search = wire.url.search;
  else for (const name of dialect.shadow?.protocolQuery ?? []) copyParameter(wire.url, url, name);
  if (apiKey !== null) withoutCredentials(url, dialect.shadow?.credentials.query ?? []);
  return addressed(wire, url, candidate, apiKey, dialect, {});
}

/**
 * Address, key and headers of a candidate that speaks another dialect than the primary.
 *
 * @param path Path and query of the request behind the base URL. @param protocol Headers that its protocol demands.
 */
export function translatedTarget(
  wire: WireCall,
  { dialect, path, protocol }: { dialect: Dialect; path: string; protocol: Readonly<Record<string, string>> },
  baseUrl: string,
  candidate: Candidate,
  apiKey: Secret | null,
): Target {
  const [pathname = '', search = ''] = path.split('?', 2);
  const url = behind(baseUrl, pathname);
  url.search = search;
  return addressed(wire, url, candidate, apiKey, dialect, protocol);
}

function withoutCredentials({ searchParams }: URL, names: readonly string[]): void {
  for (const name of new Set(searchParams.keys()))
    if (names.includes(name) || CREDENTIAL_PARAMETER.test(name)) searchParams.delete(name);
}

function copyParameter(from: URL, to: URL, name: string): void {
  const value = from.searchParams.get(name);
  if (value !== null) to.searchParams.set(name, value);
}

function addressed(
  wire: WireCall,
  url: URL,
  candidate: Candidate,
  apiKey: Secret | null,
  dialect: Dialect,
  protocol: Readonly<Record<string, string>>,
): Target {
  const rules = dialect.shadow;
  const sameOrigin = url.origin === wire.url.origin;
  const known = [...HARMLESS, ...(dialect === wire.dialect ? (rules?.protocolHeaders ?? []) : [])];
  const own = [...(wire.dialect.shadow?.credentials.headers ?? []), ...(rules?.credentials.headers ?? [])];
  const credentials = [...CREDENTIAL_HEADERS, ...own];
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(repeatable(wire.headers))) {
    if (!sameOrigin && !known.includes(name)) continue;
    if (apiKey !== null && credentials.includes(name)) continue;
    headers[name] = value;
  }
  Object.assign(headers, protocol);
  for (const [name, value] of Object.entries(candidate.query ?? {})) url.searchParams.set(name, value);
  for (const [name, value] of Object.entries(candidate.headers ?? {})) headers[name.toLowerCase()] = value;
  if (apiKey !== null) Object.assign(headers, keyHeaders(apiKey, url, candidate, dialect));
  return new Target(url, headers);
}

function keyHeaders(
  apiKey: Secret,
  url: URL,
  { keyHeader }: Candidate,
  { shadow }: Dialect,
): Readonly<Record<string, string>> {
  const key = apiKey.reveal();
  if (keyHeader === undefined) return shadow?.authorize(key, url) ?? {};
  const name = keyHeader.toLowerCase();
  return { [name]: name === 'authorization' ? `Bearer ${key}` : key };
}

function repeatable(headers: ReadonlyMap<string, string>): Record<string, string> {
  const repeated: Record<string, string> = {};
  // What the SDK leaves to fetch: undici's own request would send none.
  for (const [name, value] of [['accept', '*/*'] as const, ['user-agent', 'node'] as const, ...headers]) {
    if (NOT_REPEATED.has(name) || TRACING_PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
    repeated[name] = value;
  }
  return { ...repeated, 'accept-encoding': 'identity' };
}

/** A service calls few paths: each is worked out once, since the primary waits for it. */
const rebasedBefore = new Map<string, string>();
const MAX_REBASED = 256;

/**
 * Puts the dialect's own path behind another base URL: `https://a/v1/chat/completions` with the base `https://b/x` is
 * `https://b/x/chat/completions`. The shortest end of the path that the dialect recognises is its own.
 */
function rebased(from: URL, baseUrl: string, dialect: Dialect): URL {
  const key = JSON.stringify([dialect.name, baseUrl, from.pathname]);
  const known = rebasedBefore.get(key);
  if (known !== undefined) return new URL(known);
  const url = behindOwnPath(from, baseUrl, dialect);
  if (rebasedBefore.size < MAX_REBASED) rebasedBefore.set(key, url.href);
  return url;
}

function behindOwnPath(from: URL, baseUrl: string, dialect: Dialect): URL {
  const segments = from.pathname.split('/').filter((segment) => segment !== '');
  for (let length = 1; length <= segments.length; length += 1) {
    const url = behind(baseUrl, `/${segments.slice(-length).join('/')}`);
    const own = behind('http://candidate.invalid', `/${segments.slice(-length).join('/')}`);
    if (dialect.recognises('POST', own)) return url;
  }
  throw new Error(`no path of ${dialect.name} in the call's URL`);
}

function behind(baseUrl: string, pathname: string): URL {
  const base = new URL(baseUrl);
  const url = new URL(base.origin);
  // Set, not parsed: a path that begins with `//` would be taken for another host.
  url.pathname = `${base.pathname.replace(/\/+$/, '')}${pathname}`;
  return url;
}
