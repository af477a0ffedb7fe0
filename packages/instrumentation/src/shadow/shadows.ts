import { setImmediate } from 'node:timers';
import { diag, type Span, type Tracer } from '@opentelemetry/api';
import type { Call } from '../capture/call.js';
import type { Clock } from '../capture/clock.js';
import type { Topology } from '../experiment/definition.js';
import { guard, raised } from '../guard.js';
import type { Leg, SpanReference } from '../trial/trial.js';
import type { ExchangeOutcome } from './bounded.js';
import type { Isolate } from './isolation.js';
import type { ShadowCall } from './prepare.js';
import { describeRequest, endShadowSpan, type PairNames, referenceOf, startShadowSpan } from './shadow-span.js';

export interface ShadowOptions {
  /** Asked at every shadow, so that a provider set later is used. */
  readonly tracer: () => Tracer;
  readonly isolate: Isolate;
  readonly clock: Clock;
  /** For a whole exchange, in milliseconds. */
  readonly timeoutMs: number;
  /** Of a response, as sent and as decompressed. */
  readonly maxBytes: number;
  /** Keep the text of answers. */
  readonly keepContent: boolean;
  /** Where the spans of shadows go. */
  readonly topology: Topology;
  /** Told of each shadow whose span went into the primary's trace, since its own would not have been recorded. */
  readonly onUnfollowed: (names: PairNames) => void;
}

/** Why a leg is given up before its outcome. */
export type CancelReason = 'shutdown' | 'leg_deadline';

/** A shadow that was fired. `leg` always resolves, once. */
export interface FiredShadow {
  readonly names: PairNames;
  readonly span: Span;
  readonly leg: Promise<Leg>;
  cancel(reason: CancelReason): void;
}

/** Told how a shadow ended: its outcome is null where it broke for a reason of ours. */
export type OnShadowEnd = (end: { readonly leg: Leg; readonly outcome: ExchangeOutcome | null }) => void;

/** Fires shadows of one experiment. */
export class Shadows {
  readonly #options: ShadowOptions;
  #warned = false;

  constructor(options: ShadowOptions) {
    this.#options = options;
  }

  /**
   * Starts the shadow's span now and sends its request after the primary has had its turn. Never throws once the span has started;
   * from then on it ends the span, and calls `onEnd` once, in every case.
   */
  fire(call: Call, names: PairNames, shadow: ShadowCall, onEnd: OnShadowEnd): FiredShadow {
    const { tracer, topology } = this.#options;
    const { span, unfollowed } = startShadowSpan(tracer(), call, names, shadow, topology);
    if (unfollowed) guard('shadow.unfollowed', () => this.#unfollowed(names));
    const cancelled = new AbortController();
    let cancelReason: CancelReason | 'leg_broken' = 'leg_broken';
    const leg = new Promise<ExchangeOutcome>((resolve, reject) => {
      const send = (): void => {
        guard('shadow.describe', () => describeRequest(span, shadow));
        void this.#send(shadow, cancelled.signal).then(resolve, reject);
      };
      this.#options.isolate(() => setImmediate(send));
    })
      .then(
        (outcome) => this.#settle(span, outcome, cancelled.signal.aborted ? cancelReason : null),
        (error: unknown) => {
          raised('shadow.send', error);
          return this.#settle(span, null, 'leg_broken');
        },
      )
      .then((end) => {
        guard('shadow.end', () => onEnd(end));
        return end.leg;
      });
    return {
      names,
      span,
      leg,
      cancel(reason) {
        cancelReason = reason;
        cancelled.abort();
      },
    };
  }

  #unfollowed(names: PairNames): void {
    this.#options.onUnfollowed(names);
    if (this.#warned) return;
    this.#warned = true;
    diag.warn(
      `understudy: the sampler does not record the shadows of ${names.experiment} where it records their primaries, so their spans go ` +
        `into the primaries' traces; for traces of their own: sampler: followLinks(sampler), from @understudy/instrumentation`,
    );
  }

  async #send(shadow: ShadowCall, cancelled: AbortSignal): Promise<ExchangeOutcome> {
    const { timeoutMs, maxBytes, keepContent, clock } = this.#options;
    return await shadow.run({ timeoutMs, maxBytes, keepContent, now: clock.elapsed }, cancelled);
  }

  #settle(span: Span, outcome: ExchangeOutcome | null, missing: string | null): Parameters<OnShadowEnd>[0] {
    const leg = legOf(outcome, referenceOf(span), missing, this.#options.keepContent);
    guard('shadow.span', () => endShadowSpan(span, leg, outcome));
    return { leg, outcome };
  }
}

function legOf(
  outcome: ExchangeOutcome | null,
  span: SpanReference | null,
  missing: string | null,
  keepContent: boolean,
): Leg {
  if (outcome === null || missing !== null) return { status: 'missing', reason: missing ?? 'leg_broken' };
  if (outcome.status === 'missing') return { status: 'missing', reason: outcome.reason };
  const { durationMs } = outcome;
  if (outcome.status === 'error') return { status: 'error', type: outcome.type, durationMs, span };
  const { answer, firstChunkMs } = outcome;
  return {
    status: 'ok',
    answer: keepContent ? { kind: 'text', messages: answer.messages } : { kind: 'none' },
    finish: answer.finish,
    usage: answer.usage,
    durationMs,
    ...(firstChunkMs !== undefined && { firstChunkMs }),
    model: answer.model,
    span,
  };
}
