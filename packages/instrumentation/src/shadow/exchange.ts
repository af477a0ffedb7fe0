import { clearTimeout, setTimeout } from 'node:timers';
import { failureType } from '../capture/failure.js';
import type { Dialect, ModelAnswer, ModelRequest } from '../dialect/dialect.js';
import { faultOf, UNREADABLE } from '../dialect/fault.js';
import { decoded } from './decode.js';
import type { Transport, TransportRequest } from './undici.js';

/** One request of a shadow and how to read its answer. */
export interface ExchangeRequest extends TransportRequest {
  readonly dialect: Dialect;
  readonly request: ModelRequest;
}

export interface ExchangeLimits {
  /** For the whole exchange, from the request to the last byte, in milliseconds. */
  readonly timeoutMs: number;
  /** Of the response, as sent and as decompressed. */
  readonly maxBytes: number;
  /** Keep the answer's text; without it only its numbers are read. */
  readonly keepContent: boolean;
  /** Milliseconds of a clock that never steps. */
  readonly now: () => number;
}

/** What came of an exchange. `error.type`: a status code, `timeout`, a connection's code, or what was wrong with the answer. */
export type ExchangeOutcome =
  | { readonly status: 'ok'; readonly answer: ModelAnswer; readonly durationMs: number; readonly firstChunkMs?: number }
  | { readonly status: 'error'; readonly type: string; readonly durationMs: number };

const TIMEOUT = 'timeout';

/**
 * Sends a shadow's request and reads its answer to the end. Never rejects; resolves within the time limit whatever the other
 * side does, unless `cancelled` ends it first, which is an error of type `cancelled`.
 */
export async function exchange(
  transport: Transport,
  request: ExchangeRequest,
  limits: ExchangeLimits,
  cancelled: AbortSignal,
): Promise<ExchangeOutcome> {
  const clock = new Stopwatch(limits.now);
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new DOMException(TIMEOUT, 'TimeoutError')), limits.timeoutMs).unref();
  const signal = AbortSignal.any([limit.signal, cancelled]);
  const failed = (type: string): ExchangeOutcome => ({ status: 'error', type, durationMs: clock.elapsed() });
  try {
    return await until(signal, attempt(transport, request, limits, signal, clock, failed));
  } catch (error) {
    if (cancelled.aborted) return failed('cancelled');
    return failed(limit.signal.aborted ? TIMEOUT : failureType(error));
  } finally {
    clearTimeout(timer);
    // Whatever is still open is closed, its socket included.
    limit.abort();
  }
}

async function attempt(
  transport: Transport,
  { dialect, request, ...sent }: ExchangeRequest,
  limits: ExchangeLimits,
  signal: AbortSignal,
  clock: Stopwatch,
  failed: (type: string) => ExchangeOutcome,
): Promise<ExchangeOutcome> {
  const response = await transport.send(sent, signal);
  if (response.status < 200 || response.status > 299) return failed(String(response.status));
  const encoding = response.headers['content-encoding'];
  const reader = dialect.reader(request, limits.maxBytes, { content: limits.keepContent });
  let endedMs: number | undefined;
  for await (const chunk of decoded(response.body, typeof encoding === 'string' ? encoding : '', limits.maxBytes)) {
    const before = clock.elapsed();
    reader.push(chunk);
    if (reader.started) clock.first ??= before;
    if (reader.terminal) endedMs ??= before;
  }
  const durationMs = endedMs ?? clock.elapsed();
  const answer = reader.finish();
  const type = faultOf(reader, answer, request.stream);
  if (type !== null || answer === null) return { status: 'error', type: type ?? UNREADABLE, durationMs };
  return {
    status: 'ok',
    answer,
    durationMs,
    ...(request.stream && clock.first !== undefined && { firstChunkMs: clock.first }),
  };
}

/** The promise's result, or a rejection as soon as the signal fires: what does not listen to it must not hang us. */
function until<Result>(signal: AbortSignal, promise: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new Error('ended', { cause: signal.reason }));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    promise.then(resolve, reject);
  });
}

class Stopwatch {
  readonly #now: () => number;
  readonly #startedAt: number;
  first: number | undefined;

  constructor(now: () => number) {
    this.#now = now;
    this.#startedAt = now();
  }

  elapsed(): number {
    return Math.max(0, this.#now() - this.#startedAt);
  }
}
