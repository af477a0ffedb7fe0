import type { EmbeddingClient, EmbeddingReply } from '../../embed/client.js';
import type { FailureKind, ModelFailure } from '../../judge/model-client.js';
import { bothEnds } from '../../score/cut.js';
import type { Vector } from '../../score/vector.js';
import { EmbeddingStopped } from './stopped.js';

export interface Patience {
  /** Requests at once. */
  readonly concurrency: number;
  /** Epoch ms, or any clock. */
  readonly now: () => number;
  /** In [0,1): so that what failed together does not come back together. */
  readonly random: () => number;
  /** Resolves after so many milliseconds, or once the signal is aborted. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** Ends all waiting: then `embed` rejects with {@link EmbeddingStopped}. */
  readonly stop: AbortSignal;
}

/** One vector a text, null where there is none; `failure` says why. */
export interface Embedded {
  readonly vectors: readonly (Vector | null)[];
  readonly failure: ModelFailure | null;
}

const BACKOFF = { firstMs: 250, longestMs: 60_000 };
/** May go away by itself. */
const PASSING: ReadonlySet<FailureKind> = new Set([
  'rate_limited',
  'overloaded',
  'server',
  'unreached',
  'network',
  'timeout',
  'garbage',
  'unpaid',
]);
/** A text of fewer characters is not too long for any model. */
const SHORTEST = 500;
/** Requests refused one after the other: then it is not the texts. */
const REFUSALS = 24;

/**
 * Asks an endpoint until a deadline. After a failure nobody asks for a while (what the provider asks for, else 250 ms, doubled up to a minute):
 * who cannot wait that long goes without at once, so that an endpoint that is down costs two deadlines at most, and a request a minute from then on. A
 * batch that is refused is parted until it is clear which text is to blame, and a text that is too long is cut.
 */
export class PatientClient {
  readonly #client: EmbeddingClient;
  readonly #patience: Patience;
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #heldUntil = -Infinity;
  #failures = 0;
  #refusals = 0;
  #last: ModelFailure = {
    status: 'failed',
    kind: 'timeout',
    detail: 'no time was left',
    code: null,
    retryAfterMs: null,
  };

  constructor(client: EmbeddingClient, patience: Patience) {
    this.#client = client;
    this.#patience = patience;
  }

  /** @param deadline By the clock of `now`: a request may end up to its own timeout later. */
  async embed(texts: readonly string[], deadline: number): Promise<Embedded> {
    for (;;) {
      const reply = await this.#turn(() => this.#once(texts, deadline));
      if (this.#patience.stop.aborted) throw new EmbeddingStopped();
      if (reply === null) return none(texts, this.#last);
      if (reply.status === 'ok') return { vectors: reply.vectors, failure: null };
      if (reply.kind === 'refused' && this.#refusals < REFUSALS) return this.#parted(texts, reply, deadline);
      if (!PASSING.has(reply.kind)) return none(texts, reply);
    }
  }

  /** Null where there is no time left. */
  async #once(texts: readonly string[], deadline: number): Promise<EmbeddingReply | null> {
    const { now, pause, stop } = this.#patience;
    for (let wait = this.#heldUntil - now(); wait > 0; wait = this.#heldUntil - now()) {
      if (stop.aborted || this.#heldUntil >= deadline) return null;
      await pause(wait, stop);
    }
    const left = deadline - now();
    if (stop.aborted || left <= 0) return null;
    const late = AbortSignal.timeout(Math.ceil(left));
    const reply = await this.#client.embed(texts, { signal: AbortSignal.any([stop, late]) });
    if (reply.status === 'ok') [this.#failures, this.#refusals] = [0, 0];
    else if (!stop.aborted)
      this.#failed(late.aborted ? { ...reply, kind: 'timeout', detail: 'no answer in time' } : reply);
    return reply.status === 'failed' && late.aborted ? null : reply;
  }

  #failed(failure: ModelFailure): void {
    this.#last = failure;
    if (failure.kind === 'refused' && (this.#refusals += 1) < REFUSALS) return;
    this.#failures += 1;
    const { firstMs, longestMs } = BACKOFF;
    const backoff = PASSING.has(failure.kind) ? Math.min(longestMs, firstMs * 2 ** (this.#failures - 1)) : longestMs;
    const ms = (failure.retryAfterMs ?? backoff) * (1 + this.#patience.random() / 4);
    this.#heldUntil = Math.max(this.#heldUntil, this.#patience.now() + ms);
  }

  async #parted(texts: readonly string[], refusal: ModelFailure, deadline: number): Promise<Embedded> {
    const [only] = texts;
    if (texts.length === 1 && only !== undefined) {
      return only.length <= SHORTEST ? none(texts, refusal) : this.embed([bothEnds(only, only.length / 2)], deadline);
    }
    const half = Math.ceil(texts.length / 2);
    const first = await this.embed(texts.slice(0, half), deadline);
    const second = await this.embed(texts.slice(half), deadline);
    return { vectors: [...first.vectors, ...second.vectors], failure: first.failure ?? second.failure };
  }

  async #turn<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#running >= this.#patience.concurrency) await new Promise<void>((go) => this.#waiting.push(go));
    else this.#running += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

function none(texts: readonly string[], failure: ModelFailure): Embedded {
  return { vectors: texts.map(() => null), failure };
}
