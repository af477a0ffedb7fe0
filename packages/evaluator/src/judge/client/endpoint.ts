import { ConfigurationError } from '@understudy/instrumentation/experiment';
import type { Turns } from './turn.js';

export interface ClientOptions {
  /** Scheme, host and path prefix, as the provider's own SDK takes it. */
  readonly baseUrl: string;
  readonly model: string;
  /** Null for a server that wants none. */
  readonly apiKey: string | null;
  /** For the whole exchange. Default 60,000. */
  readonly timeoutMs?: number;
  /** Default: the process's own. Called anew for each request, so that what wraps it later is used, too. */
  readonly fetch?: typeof fetch;
  /** Asked before each request. Default: all are sent. */
  readonly turns?: Turns;
}

const TIMEOUT_MS = 60_000;

export interface Endpoint {
  readonly url: string;
  readonly provider: string;
  readonly secret: string;
  readonly timeoutMs: number;
  readonly fetch: typeof fetch;
}

/**
 * Checks the options and joins the URL. A key that could not stand in a header is refused here: the runtime's own error would quote it.
 *
 * @param field What the configuration calls it.
 * @throws ConfigurationError, without the key
 */
export function endpointOf(options: ClientOptions, path: string, field = 'judge'): Endpoint {
  const { baseUrl, model, apiKey, timeoutMs = TIMEOUT_MS } = options;
  const issues: string[] = [];
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) issues.push(`${field}.baseUrl: expected an http or https URL`);
  else if (url.username !== '' || url.password !== '')
    issues.push(`${field}.baseUrl: expected no credentials in the URL`);
  if (model === '') issues.push(`${field}.model: expected a name`);
  if (apiKey !== null && !/^[\x21-\x7e]+$/.test(apiKey)) {
    issues.push(`${field}.apiKey: expected printable ASCII characters without spaces`);
  }
  if (!(Number.isFinite(timeoutMs) && timeoutMs > 0)) issues.push(`${field}.timeoutMs: expected milliseconds above 0`);
  if (url === null || issues.length > 0) throw new ConfigurationError(field, issues);
  const { fetch: given } = options;
  return {
    url: `${url.origin}${url.pathname.replace(/\/+$/, '')}${path}${url.search}`,
    provider: url.host,
    secret: apiKey ?? '',
    timeoutMs: Math.min(timeoutMs, 2 ** 31 - 1),
    fetch: (...request) => (given ?? globalThis.fetch)(...request),
  };
}
