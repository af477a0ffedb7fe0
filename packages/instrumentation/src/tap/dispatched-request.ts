import { BodyRecording } from './body-recording.js';
import type { OutgoingRequest } from './observer.js';
import { readBody, readHeaders } from './outgoing-request.js';

/** What undici's `dispatch` is given first, as far as it is read here. Any version's. */
interface DispatchOptions {
  readonly origin?: string | URL;
  readonly path?: unknown;
  readonly method?: unknown;
  readonly query?: unknown;
  readonly headers?: unknown;
  readonly body?: unknown;
  readonly upgrade?: unknown;
  readonly signal?: { readonly aborted?: unknown } | null;
}

/** A request on its way through a dispatcher. */
export interface DispatchedRequest extends OutgoingRequest {
  /** The host's handler has been told how it can abort: undici 7 and later keep that on a controller. */
  started(controller: unknown): void;
  /** It is over: from now on `aborted` says how it was, since undici's own handlers abort what has failed. */
  over(error?: unknown): void;
}

/**
 * Reads what a dispatcher is to send, without consuming anything in it. `null` where it is no exchange of a request and a response
 * (CONNECT, an upgrade), or nothing that has a URL.
 *
 * @param base The origin of a dispatcher that has one of its own (`Client`, `Pool`).
 */
export function dispatchedRequest(given: unknown, base: string | undefined): DispatchedRequest | null {
  if (typeof given !== 'object' || given === null) return null;
  const options = given as DispatchOptions;
  const { path, method, upgrade } = options;
  if (typeof path !== 'string' || typeof method !== 'string') return null;
  if (method === 'CONNECT' || (upgrade !== undefined && upgrade !== null && upgrade !== false)) return null;
  const origin = options.origin ?? base;
  const url = URL.parse(path, origin === undefined ? undefined : String(origin));
  if (url === null) return null;
  addQuery(url, options.query);
  let recording: BodyRecording | null = null;
  let controller: { readonly aborted?: unknown } | null = null;
  let abortedAtEnd: boolean | null = null;
  const aborted = (): boolean => options.signal?.aborted === true || controller?.aborted === true;
  return {
    method: method.toUpperCase(),
    url,
    headers: () => readHeaders(pairs(options.headers)),
    body() {
      const text = readBody(options.body);
      if (text !== null) return text;
      recording = BodyRecording.of(options.body);
      return recording?.text ?? null;
    },
    aborted: () => abortedAtEnd ?? aborted(),
    started(begun) {
      if (typeof begun === 'object') controller = begun;
    },
    over(error) {
      abortedAtEnd ??= aborted() || isGivenUp(error);
      recording?.stop();
    },
  };
}

/** What undici makes of a request that the host has aborted, or whose body it has destroyed or cancelled. */
export function isGivenUp(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  return code === 'UND_ERR_ABORTED' || name === 'AbortError';
}

function addQuery(url: URL, query: unknown): void {
  if (typeof query !== 'object' || query === null) return;
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat() as unknown[]) url.searchParams.append(name, String(one));
  }
}

/** undici also takes names and values in turn. */
function pairs(headers: unknown): unknown {
  if (!Array.isArray(headers) || Array.isArray(headers[0])) return headers;
  const flat = headers as unknown[];
  return flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1]]] : []));
}
