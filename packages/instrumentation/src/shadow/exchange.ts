import type { Dialect, ModelRequest } from '../dialect/dialect.js';
import { faultOf, UNREADABLE } from '../dialect/fault.js';
import { bounded, type ExchangeLimits, type ExchangeOutcome, type Stopwatch } from './bounded.js';
import { decoded } from './decode.js';
import type { Transport, TransportRequest } from './undici.js';

/** How long a response whose answer is over may take to end, in ms: the connection of one that ends is used again. */
const LINGER_MS = 1000;

/** An event of a stream says a few characters and takes some 250 bytes for it: a long answer must not fail where its primary's does not. */
const STREAM_OVERHEAD = 32;

const END: IteratorReturnResult<undefined> = { done: true, value: undefined };

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
  const most = limits.maxBytes * (request.stream ? STREAM_OVERHEAD : 1);
  const chunks = decoded(response.body, typeof encoding === 'string' ? encoding : '', most);
  for await (const chunk of untilOver(chunks, () => reader.terminal)) {
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

/**
 * The chunks of a response up to its end. Once its answer is over (`over`), all that may still go wrong with the response ends it, and
 * so does silence: the primary's call has ended by then, and a shadow's must not fail where a primary's cannot.
 */
async function* untilOver(source: AsyncIterable<Uint8Array>, over: () => boolean): AsyncIterable<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = chunks.next();
      const step = over() ? await lingering(next) : await next;
      if (step.done === true) return;
      yield step.value;
    }
  } finally {
    // Not awaited: it waits for what is pending, which ends with the signal of the exchange.
    chunks.return?.().catch(() => undefined);
  }
}

async function lingering(next: Promise<IteratorResult<Uint8Array>>): Promise<IteratorResult<Uint8Array>> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<IteratorResult<Uint8Array>>((resolve) => {
    timer = setTimeout(() => resolve(END), LINGER_MS).unref();
  });
  try {
    return await Promise.race([next.catch(() => END), silence]);
  } finally {
    clearTimeout(timer);
  }
}
