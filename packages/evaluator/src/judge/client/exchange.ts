import type { FailureKind, ModelFailure } from '../model-client.js';
import { retryAfterOf } from './retry-after.js';

/** How an endpoint is reached. */
export interface Exchange {
  readonly fetch: typeof fetch;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Never shown: taken out of whatever the provider says. */
  readonly secret: string;
  /** Of the answer, in bytes; a longer one is garbage. Default 1 MiB. */
  readonly longestBody?: number;
}

/** A parsed body of a 2xx, or a failure; of a 4xx with the provider's own words, by which a refused field is recognised. */
export type Exchanged = { readonly status: 'ok'; readonly body: unknown } | (ModelFailure & { readonly said: string });

/** A reply with reasons has some kilobytes. */
const LONGEST_BODY = 1 << 20;
const LONGEST_DETAIL = 200;

/** Sends one request and reads its answer, all of it within the timeout. Never rejects, never follows a redirect. */
export async function exchange(to: Exchange, body: unknown, signal?: AbortSignal): Promise<Exchanged> {
  const isCancelled = (): boolean => signal?.aborted === true;
  if (isCancelled()) return failed('cancelled', 'cancelled', { unbilled: true });
  const deadline = AbortSignal.timeout(to.timeoutMs);
  const either = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
  try {
    const response = await to.fetch(to.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...to.headers },
      body: JSON.stringify(body),
      // The key would go along to wherever the redirect points.
      redirect: 'manual',
      signal: either,
    });
    const most = to.longestBody ?? LONGEST_BODY;
    const text = await readUpTo(response, most);
    if (response.status >= 200 && response.status < 300) return parsed(text, most);
    const said = text ?? '';
    const detail = `HTTP ${response.status}${excerpt(said, to.secret)}`;
    return failed(kindOf(response.status), detail, {
      code: response.status,
      retryAfterMs: retryAfterOf(response.headers, Date.now()),
      said,
    });
  } catch (error) {
    // The message of what was thrown may hold the URL or a header: what happened is said in words of our own.
    if (isCancelled()) return failed('cancelled', 'cancelled');
    if (deadline.aborted) return failed('timeout', `no answer within ${to.timeoutMs} ms`);
    return isUnreached(error)
      ? failed('unreached', 'the endpoint could not be reached', { unbilled: true })
      : failed('network', 'the endpoint broke off');
  }
}

/** A failure that is no answer of the provider's. */
export function failed(
  kind: FailureKind,
  detail: string,
  more: {
    readonly code?: number;
    readonly retryAfterMs?: number | null;
    readonly said?: string;
    readonly unbilled?: true;
  } = {},
): Extract<Exchanged, { status: 'failed' }> {
  const { code = null, retryAfterMs = null, said = '' } = more;
  const unbilled = more.unbilled === true || (code !== null && isRefusal(code));
  return { status: 'failed', kind, detail, code, retryAfterMs, said, ...(unbilled && { unbilled }) };
}

/**
 * Answered before any model was at work: no provider charges for that. A request that timed out behind a gateway, or broke in the middle, may
 * have been answered there, and charged for.
 */
function isRefusal(status: number): boolean {
  if (status === 408 || status === 499) return false;
  return status === 503 || status === 529 || (status >= 300 && status < 500);
}

function parsed(text: string | null, most: number): Exchanged {
  if (text === null) return failed('garbage', `the answer is longer than ${most} bytes`);
  try {
    return { status: 'ok', body: JSON.parse(text) };
  } catch {
    return failed('garbage', 'the answer is not JSON');
  }
}

function kindOf(status: number): FailureKind {
  if (status === 429) return 'rate_limited';
  if (status === 503 || status === 529) return 'overloaded';
  if (status === 408 || status === 504 || status === 524) return 'timeout';
  if (status >= 500) return 'server';
  if (status === 401 || status === 403) return 'unauthorized';
  return status >= 400 ? 'refused' : 'redirect';
}

/** The body as text; null where it is longer than allowed, in which case the rest is not read. */
async function readUpTo(response: Response, most: number): Promise<string | null> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > most) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** The provider's message, shortened, on one line, without the key. It may quote what was sent: only its own field is taken. */
function excerpt(said: string, secret: string): string {
  const message = messageIn(said);
  if (message === null) return '';
  const clean = (secret === '' ? message : message.replaceAll(secret, '[key]')).replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ');
  return `: ${clean.slice(0, LONGEST_DETAIL)}`;
}

function messageIn(said: string): string | null {
  try {
    const body = JSON.parse(said) as { error?: { message?: unknown }; message?: unknown };
    const message = body.error?.message ?? body.message;
    return typeof message === 'string' ? message : null;
  } catch {
    return null;
  }
}

/** No connection was made, so nothing was sent. */
function isUnreached(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: unknown } };
  return typeof cause?.code === 'string' && UNREACHED.has(cause.code);
}

const UNREACHED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
