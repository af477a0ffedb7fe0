import { clearTimeout, setTimeout } from 'node:timers';
import { failureType } from '../capture/failure.js';
import { type ProviderResponse, responseOf } from '../capture/provider-response.js';
import { guard } from '../guard.js';
import type { ModelAnswer } from '../dialect/dialect.js';
import { type LimitReason, ownLimit } from './own-limit.js';

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
export type ExchangeOutcome = Outcome & {
  /** The provider's word, where it came as far as that. */
  readonly response?: ProviderResponse;
};

type Outcome =
  | { readonly status: 'ok'; readonly answer: ModelAnswer; readonly durationMs: number; readonly firstChunkMs?: number }
  | {
      readonly status: 'error';
      readonly type: string;
      readonly durationMs: number;
      /** The provider was not reached, or refused: nobody pays for it. */
      readonly unbilled?: true;
      /** The type is a word of the answer's own: no status and no connection's code, whatever it is called. */
      readonly inAnswer?: true;
    }
  /** A limit of ours has ended it, which says nothing of its candidate. It may be billed. */
  | { readonly status: 'missing'; readonly reason: LimitReason; readonly durationMs: number };

const TIMEOUT = 'timeout';

/** What every exchange is ended with, made once: an error of its own costs each of them a stack. */
const ENDED = new DOMException('the exchange is over', 'AbortError');

/** The time of one exchange, in milliseconds. */
export class Stopwatch {
  readonly #now: () => number;
  readonly #startedAt: number;
  /** When the first piece of the answer came. */
  first: number | undefined;
  /** The headers have come. */
  response: ProviderResponse | null = null;

  constructor(now: () => number) {
    this.#now = now;
    this.#startedAt = now();
  }

  elapsed(): number {
    return Math.max(0, this.#now() - this.#startedAt);
  }
}

/**
 * Runs one attempt of a shadow within its time limit, whatever the other side does, unless `cancelled` ends it first, which is an
 * error of type `cancelled`. The signal fires in the end in any case, so that whatever is still open is closed.
 *
 * @param typeOf `error.type` of what the attempt rejects with. Rejects itself only where this does.
 */
export async function bounded(
  limits: ExchangeLimits,
  cancelled: AbortSignal,
  attempt: (signal: AbortSignal, clock: Stopwatch) => Promise<ExchangeOutcome>,
  typeOf: (error: unknown) => string = failureType,
): Promise<ExchangeOutcome> {
  const clock = new Stopwatch(limits.now);
  // One controller, and not `AbortSignal.any`: that and an error for each of three signals took as long as a shadow's request.
  const end = new AbortController();
  const { signal } = end;
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    end.abort(new DOMException(TIMEOUT, 'TimeoutError'));
  }, limits.timeoutMs).unref();
  const cancel = (): void => end.abort(ENDED);
  cancelled.addEventListener('abort', cancel, { once: true });
  if (cancelled.aborted) cancel();
  const failed = (type: string): ExchangeOutcome => ({ status: 'error', type, durationMs: clock.elapsed() });
  try {
    return withResponse(await until(signal, attempt(signal, clock)), clock.response);
  } catch (error) {
    if (cancelled.aborted) return failed('cancelled');
    const reason = timedOut ? null : ownLimit(error);
    if (reason !== null)
      return withResponse({ status: 'missing', reason, durationMs: clock.elapsed() }, clock.response);
    const response = clock.response ?? guard('shadow.response', () => responseOf(error)) ?? null;
    return withResponse(failed(timedOut ? TIMEOUT : typeOf(error)), response);
  } finally {
    clearTimeout(timer);
    cancelled.removeEventListener('abort', cancel);
    end.abort(ENDED);
  }
}

function withResponse(outcome: ExchangeOutcome, response: ProviderResponse | null): ExchangeOutcome {
  return response === null ? outcome : { ...outcome, response };
}

/** The promise's result, or a rejection as soon as the signal fires: what does not listen to it must not hang us. */
async function until<Result>(signal: AbortSignal, promise: Promise<Result>): Promise<Result> {
  let stop = (): void => undefined;
  const ended = new Promise<never>((_, reject) => {
    stop = () => reject(ENDED);
  });
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([promise, ended]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
