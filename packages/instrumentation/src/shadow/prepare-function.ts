import type { Attributes } from '@opentelemetry/api';
import { failureType, isOurs } from '../capture/failure.js';
import type { AnswerRead, ReadLimits } from '../capture/function-answer.js';
import type { ModelRequest } from '../dialect/dialect.js';
import type { RequestContent } from '../dialect/request-content.js';
import type { DropReason } from '../trial/funnel.js';
import { bounded, type ExchangeLimits, type ExchangeOutcome, type Stopwatch } from './bounded.js';
import { NotCopied } from './copy.js';
import { inputBoundOf } from './input-bound.js';
import type { Arm, Prepare } from './prepare.js';

/** What of an attempt is told while it runs. */
export interface Progress {
  readonly limits: ReadLimits;
  /** The first piece of a streamed answer has come. */
  started(): void;
}

/** A shadow that is code: how its span describes it, and how it is run. */
export interface FunctionShadow {
  readonly request: ModelRequest;
  /** How its span is called, after the operation. */
  readonly attributes: Attributes;
  describe(): Attributes;
  /** What it is asked, for a span that is to carry it. Throws where that cannot be read. */
  content(): RequestContent;
  /** Resolves with what was read of its answer; what it rejects with is the candidate's failure, but for {@link Broken}. */
  run(progress: Progress): Promise<AnswerRead>;
}

/** A failure of ours, or of a rule of the user's: the leg is missing, its candidate has not failed. */
export class Broken extends Error {
  override readonly name: string = 'Broken';
}

/** Why a shadow cannot be made of a call. */
export class Refused extends Error {
  override readonly name: string = 'Refused';
  readonly reason: DropReason;

  constructor(reason: DropReason, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

/**
 * Prepares shadows that are code.
 *
 * @param make Makes an arm's shadow, with copies of all that the host could change or the shadow could: synchronous, before the
 * primary runs. `signal` fires when the shadow's time is over. It may throw {@link Refused} and {@link NotCopied}.
 * @param typeOf `error.type` of what a shadow rejects with.
 */
export function prepareFunction(
  make: (arm: Arm, signal: AbortSignal) => FunctionShadow,
  typeOf: (error: unknown) => string = failureType,
): Prepare {
  return (_call, arm) => {
    const ended = new AbortController();
    let shadow: FunctionShadow;
    try {
      shadow = make(arm, ended.signal);
    } catch (error) {
      if (error instanceof Refused) return { status: 'refused', reason: error.reason, detail: error.message };
      if (!(error instanceof NotCopied)) throw error;
      return { status: 'refused', reason: 'untranslatable', detail: error.message };
    }
    const { request, attributes } = shadow;
    return {
      status: 'ready',
      shadow: {
        request,
        attributes,
        describe: () => shadow.describe(),
        limits: () => shadow.describe(),
        inputTokens: () => inputBoundOf(shadow.content()),
        content: () => shadow.content(),
        run: (limits, cancelled) =>
          bounded(
            limits,
            cancelled,
            async (signal, clock) => {
              signal.addEventListener('abort', () => ended.abort(signal.reason), { once: true });
              return await attempt(shadow, limits, clock);
            },
            (error) => {
              if (isOurs(error, Broken)) throw error;
              return typeOf(error);
            },
          ),
      },
    };
  };
}

async function attempt(shadow: FunctionShadow, limits: ExchangeLimits, clock: Stopwatch): Promise<ExchangeOutcome> {
  const read = await shadow.run({
    limits: { content: limits.keepContent, maxChars: limits.maxBytes },
    started: () => {
      clock.first ??= clock.elapsed();
    },
  });
  const durationMs = clock.elapsed();
  if (read.status === 'too_large') return { status: 'missing', reason: 'leg_too_large', durationMs };
  if (read.status === 'fault') return { status: 'error', type: read.type, durationMs, inAnswer: true };
  return {
    status: 'ok',
    answer: read.answer,
    durationMs,
    ...(shadow.request.stream && clock.first !== undefined && { firstChunkMs: clock.first }),
  };
}
