import type { Call } from '../capture/call.js';
import type { Candidate } from '../experiment/definition.js';
import type { Secret } from './secret.js';

/** Where a shadow goes and with which headers. */
export interface Target {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** What of the primary's headers says who asks. Never sent to another origin, nor beside the candidate's own key. */
const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'x-api-key', 'api-key', 'x-goog-api-key']);

/** All that another origin learns of the primary's headers: an unknown header may hold anything. */
const HARMLESS: ReadonlySet<string> = new Set(['accept', 'accept-encoding', 'content-type', 'user-agent']);

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
export function incumbentTarget(call: Call): Target {
  return { url: call.url, headers: repeatable(call.headers) };
}

/** A candidate's address, key and headers. The primary's key goes to the primary's own origin only. */
export function candidateTarget(call: Call, candidate: Candidate, apiKey: Secret | null): Target {
  const url = candidateUrl(call, candidate.baseUrl);
  const sameOrigin = url.origin === call.url.origin;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(repeatable(call.headers))) {
    if (!sameOrigin && !HARMLESS.has(name)) continue;
    if (apiKey !== null && CREDENTIALS.has(name)) continue;
    headers[name] = value;
  }
  for (const [name, value] of Object.entries(candidate.headers ?? {})) headers[name.toLowerCase()] = value;
  if (apiKey !== null) headers['authorization'] = `Bearer ${apiKey.reveal()}`;
  return { url, headers };
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

/**
 * Puts the dialect's own path behind the candidate's base URL: `https://a/v1/chat/completions` with the base `https://b/x` is
 * `https://b/x/chat/completions`. The query stays with its origin, since it may hold a key.
 */
function candidateUrl(call: Call, baseUrl: string | undefined): URL {
  if (baseUrl === undefined) return call.url;
  const base = new URL(baseUrl);
  const prefix = base.pathname.replace(/\/+$/, '');
  const segments = call.url.pathname.split('/').filter((segment) => segment !== '');
  for (let length = 1; length <= segments.length; length += 1) {
    const url = new URL(base.origin);
    // Set, not parsed: a path that begins with `//` would be taken for another host.
    url.pathname = `${prefix}/${segments.slice(-length).join('/')}`;
    if (!call.dialect.recognises('POST', url)) continue;
    if (url.origin === call.url.origin) url.search = call.url.search;
    return url;
  }
  throw new Error(`no path of ${call.dialect.name} in the call's URL`);
}
