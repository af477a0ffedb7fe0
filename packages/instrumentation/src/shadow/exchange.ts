import type { AnswerReader, Dialect, ModelAnswer, ModelRequest } from '../dialect/dialect.js';
import { faultOf, isTooLarge, UNREADABLE } from '../dialect/fault.js';
import { rawHeaders } from '../tap/raw-header.js';
import { bounded, type ExchangeLimits, type ExchangeOutcome, type Stopwatch } from './bounded.js';
import { decoded } from './decode.js';
import { ANSWERS, openReading } from './process-share.js';
import type { Reading } from './reading.js';
import type { Transport, TransportRequest } from './undici.js';

/** How long a response whose answer is over may take to end, in ms: the connection of one that ends is used again. */
const LINGER_MS = 1000;

/** An event of a stream says a few characters and takes some 250 bytes for it: a long answer must not fail where its primary's does not. */
const STREAM_OVERHEAD = 32;

/**
 * For so much of its time, in ms and as a share, an exchange may be held up by us and its time still be its candidate's. Less than what
 * latencies differ by from call to call, and less than any ratio they are compared at.
 */
const HELD_UP = { ms: 20, share: 0.05 };

/** What an exchange may end with for being held up. All else its other side has said or done. */
const BY_TIME: ReadonlySet<string> = new Set(['timeout', 'UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

const PIECE_BYTES = 16 * 1024;

/** What a connection says that was never made. */
const NOT_REACHED: ReadonlySet<string> = new Set(
  'ECONNREFUSED ENOTFOUND EAI_AGAIN EHOSTUNREACH ENETUNREACH UND_ERR_CONNECT_TIMEOUT'.split(' '),
);

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
  // Held up for longer, no exchange is evidence, however long it goes on.
  const reading = openReading(mostHeldMs(limits.timeoutMs));
  const ended = await bounded(
    limits,
    cancelled,
    async (signal, clock) => await attempt(transport, request, limits, { signal, clock, reading }),
  );
  const outcome = unlessHeldUp(ended, reading);
  return isNotReached(outcome) ? { ...outcome, unbilled: true } : outcome;
}

async function attempt(
  transport: Transport,
  { dialect, request, ...sent }: ExchangeRequest,
  limits: ExchangeLimits,
  { signal, clock, reading }: { readonly signal: AbortSignal; readonly clock: Stopwatch; readonly reading: Reading },
): Promise<ExchangeOutcome> {
  const response = await transport.send(sent, signal, reading);
  clock.response = { status: response.status, header: rawHeaders(response.headers) };
  if (response.status < 200 || response.status > 299) {
    return { status: 'error', type: String(response.status), durationMs: clock.elapsed(), unbilled: true };
  }
  const reader = dialect.reader(request, limits.maxBytes, { content: limits.keepContent });
  let endedMs: number | undefined;
  const came = (): number => clock.elapsed() - (response.lagMs?.() ?? 0);
  const most = limits.maxBytes * (request.stream ? STREAM_OVERHEAD : 1);
  const holding = ANSWERS.open();
  try {
    const { body, headers } = response;
    const encoded = { body, encoding: headers['content-encoding'], stream: request.stream, maxBytes: most };
    const chunks = decoded(encoded, { holding, reading, signal });
    for await (const chunk of untilOver(piecesOf(chunks), () => reader.terminal)) {
      const at = came();
      await reading.turn(signal);
      signal.throwIfAborted();
      reading.run(chunk.length, () => reader.push(chunk));
      holding.set(reader.heldBytes);
      if (reader.started) clock.first ??= at;
      if (reader.terminal) endedMs ??= at;
      // Nothing that follows makes an answer of it.
      if (reader.truncated) break;
    }
    const durationMs = endedMs ?? came();
    // A JSON body is read when it is whole.
    await reading.turn(signal);
    signal.throwIfAborted();
    const answer = reading.run(0, () => reader.finish());
    return outcomeOf(reader, answer, request, durationMs, clock.first);
  } finally {
    holding.release();
  }
}

/** What has answered was reached, and is paid for what it said before it broke off. */
function isNotReached(outcome: ExchangeOutcome): outcome is ExchangeOutcome & { readonly status: 'error' } {
  return outcome.status === 'error' && outcome.response === undefined && NOT_REACHED.has(outcome.type);
}

/** For how long an exchange of so many milliseconds may be held up. */
function mostHeldMs(durationMs: number): number {
  return Math.max(HELD_UP.ms, HELD_UP.share * durationMs);
}

/** Of an answer that we have read more slowly than it came nobody can say how long it takes, or whether it would have come in time. */
function unlessHeldUp(outcome: ExchangeOutcome, { heldMs }: Reading): ExchangeOutcome {
  const { status, durationMs } = outcome;
  if (heldMs <= mostHeldMs(durationMs)) return outcome;
  if (status !== 'ok' && !(status === 'error' && outcome.inAnswer !== true && BY_TIME.has(outcome.type)))
    return outcome;
  const { response } = outcome;
  return { status: 'missing', reason: 'leg_held_up', durationMs, ...(response !== undefined && { response }) };
}

function outcomeOf(
  reader: AnswerReader,
  answer: ModelAnswer | null,
  request: ModelRequest,
  durationMs: number,
  firstChunkMs: number | undefined,
): ExchangeOutcome {
  if (isTooLarge(reader)) return { status: 'missing', reason: 'leg_too_large', durationMs };
  const type = faultOf(reader, answer, request.stream);
  if (type !== null || answer === null)
    return { status: 'error', type: type ?? UNREADABLE, durationMs, inAnswer: true };
  return {
    status: 'ok',
    answer,
    durationMs,
    ...(request.stream && firstChunkMs !== undefined && { firstChunkMs }),
  };
}

/** Reading a piece of a stream takes a millisecond or so at the worst, and the host has its turn after it. */
async function* piecesOf(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) yield chunk.subarray(at, at + PIECE_BYTES);
  }
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
