import type { Dialect, ModelRequest } from '../dialect/dialect.js';
import { faultOf, UNREADABLE } from '../dialect/fault.js';
import { bounded, type ExchangeLimits, type ExchangeOutcome, type Stopwatch } from './bounded.js';
import { decoded } from './decode.js';
import type { Transport, TransportRequest } from './undici.js';

/** One request of a shadow and how to read its answer. */
export interface ExchangeRequest extends TransportRequest {
  readonly dialect: Dialect;
  readonly request: ModelRequest;
}

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
  return await bounded(
    limits,
    cancelled,
    async (signal, clock) => await attempt(transport, request, limits, signal, clock),
  );
}

async function attempt(
  transport: Transport,
  { dialect, request, ...sent }: ExchangeRequest,
  limits: ExchangeLimits,
  signal: AbortSignal,
  clock: Stopwatch,
): Promise<ExchangeOutcome> {
  const response = await transport.send(sent, signal);
  if (response.status < 200 || response.status > 299) {
    return { status: 'error', type: String(response.status), durationMs: clock.elapsed() };
  }
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
