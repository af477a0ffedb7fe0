import { clearTimeout, setTimeout } from 'node:timers';
import type { Clock } from '../capture/clock.js';
import { UnderstudyError } from '../errors.js';
import { guard, raised } from '../guard.js';
import type { Isolate } from '../shadow/isolation.js';
import { type EncodedBatch, encodeBatch } from '../trial/codec.js';
import type { DropReason } from '../trial/funnel.js';
import { batchJobId } from '../trial/ids.js';
import type { Misconfigured } from '../trial/misconfigurations.js';
import type { Seal } from '../trial/seal.js';
import type { Announcement, Batch, Trial } from '../trial/trial.js';
import { TRIAL_VERSION } from '../trial/trial.js';
import { Backlogged } from './backlogged.js';
import type { QueueConnection, QueueStore } from './queue-connection.js';
import { Ring, trialBytes } from './ring.js';
import type { SliceCounts } from './slice-counts.js';
import { within } from './time-limit.js';

export interface PublisherOptions {
  readonly producer: string;
  readonly runs: readonly Announcement[];
  readonly store: QueueStore;
  readonly counts: SliceCounts;
  /** Seals what is put on the queue; default: nothing does. */
  readonly seal?: Seal | null;
  readonly clock: Clock;
  readonly isolate: Isolate;
  readonly limits: PublisherLimits;
  /** Start of the earliest admitted call that is not yet handed over, in epoch ms, or null. */
  readonly earliestOpen: () => number | null;
  /** Told after each look at the queue how its store evicts keys, and how many batches nobody takes. */
  readonly onLook?: (seen: Pick<Backlogged, 'evicts' | 'stuck'>) => void;
  /** What this process has seen of how it is set up, since it was asked last. */
  readonly misconfigured?: () => readonly Misconfigured[];
  /** Reads what must be known before the first admission; where it rejects, the queue is tried again. */
  readonly prepare?: (connection: QueueConnection) => Promise<void>;
  /** The queue is within reach and nothing has been admitted yet. */
  readonly onReady: () => void;
  /** Told after each try to put a batch on the queue how long it took. */
  readonly onSent?: (durationMs: number, outcome: 'ok' | 'error') => void;
  /** Told once for each trial, when it is put into a batch or when nothing more can be done for it. */
  readonly onPublished: (trial: Trial) => void;
  readonly onDropped: (trial: Trial, reason: DropReason) => void;
}

export interface PublisherLimits {
  /** Trials in one batch, and their bytes before compression. */
  readonly batchTrials: number;
  readonly batchBytes: number;
  /** A single trial larger than this is dropped. */
  readonly maxTrialBytes: number;
  /** How long a trial waits for others to share its batch, in milliseconds. */
  readonly lingerMs: number;
  /** The longest time without a batch, in milliseconds. */
  readonly heartbeatMs: number;
  /** Trials, and their bytes, that wait in memory. */
  readonly ringTrials: number;
  readonly ringBytes: number;
  /** Bytes that may lie in the queue before nothing more is put on it. */
  readonly backlogBytes: number;
  /** Between two tries to reach the queue, in milliseconds: doubled from the first to the last. */
  readonly retryMs: { readonly first: number; readonly last: number };
}

/** Trials wait a second for each other, as a rule: after so long the queue is away or too slow. In milliseconds. */
const SLOW_MS = 10_000;

/** A batch that was made and is not yet acknowledged. It is sent until it is, always under the same id. */
interface Sending {
  readonly batch: Batch;
  data: EncodedBatch | null;
}

/**
 * Brings trials to the queue. Everything it holds is bounded, one batch is under way at a time, and a queue that is absent, silent or
 * full costs the host nothing but that memory.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #ring: Ring<Trial>;
  readonly #backlog: Backlogged;
  readonly #startedAt: number;
  #connection: QueueConnection | null = null;
  #salt: Uint8Array | null = null;
  #sending: Sending | null = null;
  #seq = 0;
  #announce = true;
  #announced = false;
  #sentAt = -Infinity;
  #oldestSince = Infinity;
  /** When the batch under way was made, if there are trials in it. */
  #sendingSince = Infinity;
  #failures = 0;
  #retryAt = -Infinity;
  /** The store is nearly full: nothing is sent before then. */
  #heldUntil = -Infinity;
  #timer: NodeJS.Timeout | null = null;
  #working = false;
  #hurry = false;
  #stop: 'no' | 'final' | 'stopped' = 'no';
  readonly #idle = new Set<() => void>();

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#ring = new Ring({ maxTrials: options.limits.ringTrials, maxBytes: options.limits.ringBytes });
    this.#backlog = new Backlogged(options.limits.backlogBytes, options.clock);
    this.#startedAt = options.clock.now();
  }

  /** The salt, once batch 0 has been acknowledged; null before. */
  get salt(): Uint8Array | null {
    return this.#announced ? this.#salt : null;
  }

  /** The connection to the store, while there is one. */
  get connection(): QueueConnection | null {
    return this.#connection;
  }

  /** Trials in memory: those that wait, and those of the batch that is not acknowledged yet. */
  get buffered(): number {
    return this.#ring.count + (this.#sending?.batch.trials.length ?? 0);
  }

  /** Whether there is room for another trial. */
  get hasRoom(): boolean {
    return !this.#ring.isFull;
  }

  /** The queue holds as much as it may: the evaluator is behind. */
  get isBacklogged(): boolean {
    return this.#backlog.isFull;
  }

  /**
   * Trials have waited long, or half of what may wait does. Not where the evaluator has fallen behind and the queue is full: no pause of
   * this service's makes it faster.
   */
  get isSlow(): boolean {
    if (!this.#announced || this.#backlog.isFull) return false;
    const { ringTrials, ringBytes } = this.#options.limits;
    if (this.#ring.count > ringTrials / 2 || this.#ring.bytes > ringBytes / 2) return true;
    return this.#options.clock.elapsed() - Math.min(this.#oldestSince, this.#sendingSince) > SLOW_MS;
  }

  start(): void {
    this.#schedule(0);
  }

  /** Takes a trial, or says why not. Legs without an outcome travel with it and are not counted. */
  publish(trial: Trial): DropReason | null {
    const bytes = trialBytes(trial);
    if (bytes > this.#options.limits.maxTrialBytes) return 'too_large';
    if (!this.#ring.push(trial, bytes)) return 'ring_full';
    this.#oldestSince = Math.min(this.#oldestSince, this.#options.clock.elapsed());
    this.#schedule(this.#waitMs());
    return null;
  }

  /** Resolves true when all that was handed over is acknowledged, false when `timeoutMs` have passed before. */
  async flush(timeoutMs: number): Promise<boolean> {
    if (this.#isDrained()) return true;
    this.#hurry = true;
    this.#schedule(0);
    return await within(timeoutMs, (callback) => {
      this.#idle.add(callback);
      return () => void this.#idle.delete(callback);
    });
  }

  /**
   * Sends what is left and the final counts, then lets go of the queue. No trial may be handed over any more. What could not be sent
   * within `timeoutMs` is dropped.
   */
  async stop(timeoutMs: number): Promise<void> {
    if (this.#stop === 'no') this.#stop = 'final';
    if (this.#announced) await this.flush(timeoutMs);
    this.#stop = 'stopped';
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#disconnect();
    this.#dropAll('ring_full');
    this.#sayUnknown();
  }

  /** A batch that was sent and not acknowledged may be in the queue or not: it is neither published for sure nor dropped. */
  #sayUnknown(): void {
    const trials = this.#sending?.batch.trials.length ?? 0;
    if (trials === 0) return;
    const text = `the queue has not acknowledged the last batch: whether it has its ${trials} trials is not known`;
    raised('queue.unacknowledged', new UnderstudyError('unacknowledged', text));
  }

  #isDrained(): boolean {
    if (this.#stop === 'stopped') return true;
    return this.#ring.count === 0 && this.#sending === null && this.#stop !== 'final';
  }

  #schedule(delayMs: number): void {
    if (this.#working || this.#stop === 'stopped') return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#options.isolate(() => {
      this.#timer = setTimeout(() => void this.#work(), Math.max(0, delayMs)).unref();
    });
  }

  async #work(): Promise<void> {
    if (this.#working || this.#stop === 'stopped') return;
    this.#working = true;
    try {
      await this.#step();
      this.#failures = 0;
    } catch (error) {
      this.#backOff();
      raised('queue.publish', error);
      this.#disconnect();
      this.#announce = true;
    } finally {
      this.#working = false;
      if (this.#isDrained()) {
        this.#hurry = false;
        const waiting = [...this.#idle];
        this.#idle.clear();
        for (const callback of waiting) callback();
      }
      this.#schedule(this.#waitMs());
    }
  }

  async #step(): Promise<void> {
    const connection = (this.#connection ??= await this.#options.store.open());
    this.#salt ??= await connection.salt();
    if (!this.#announced) await this.#options.prepare?.(connection);
    await this.#backlog.look(connection, this.#ring.count > 0);
    guard('queue.look', () => this.#options.onLook?.(this.#backlog));
    if (this.#backlog.isBrimming && this.#stop !== 'final') {
      this.#heldUntil = this.#options.clock.elapsed() + this.#options.limits.heartbeatMs;
      return;
    }
    this.#sending ??= this.#nextBatch();
    if (this.#sending === null) return;
    const { batch } = this.#sending;
    const data = (this.#sending.data ??= await encodeBatch(batch, this.#options.seal));
    await this.#add(connection, batch, data);
    this.#backlog.sent(data.bytes.length);
    this.#options.counts.acknowledge(batch.slices);
    this.#sending = null;
    this.#sendingSince = Infinity;
    if (!this.#announced) guard('queue.ready', this.#options.onReady);
    this.#announced = true;
    this.#sentAt = this.#options.clock.elapsed();
    if (batch.final) this.#stop = 'stopped';
  }

  async #add(connection: QueueConnection, batch: Batch, data: EncodedBatch): Promise<void> {
    const { clock, onSent } = this.#options;
    const begun = clock.elapsed();
    let outcome: 'ok' | 'error' = 'error';
    try {
      await connection.add(batchJobId(batch.producer, batch.seq), data);
      outcome = 'ok';
    } finally {
      guard('queue.sent', () => onSent?.(clock.elapsed() - begun, outcome));
    }
  }

  #nextBatch(): Sending | null {
    if (this.#waitMs() > 0) return null;
    const { producer, counts, clock } = this.#options;
    if (this.#stop === 'final' && this.#backlog.isFull) this.#dropAll('ring_full');
    // The announcement goes alone: nothing may be admitted before it has arrived.
    const trials = this.#announced && !this.#backlog.isFull ? this.#takeTrials() : [];
    for (const trial of trials) guard('queue.published', () => this.#options.onPublished(trial));
    this.#oldestSince = this.#ring.count === 0 ? Infinity : clock.elapsed();
    const final = this.#stop === 'final' && this.#ring.count === 0;
    const now = clock.now();
    counts.finalise(now, final);
    const misconfigured = guard('queue.misconfigured', () => this.#options.misconfigured?.()) ?? [];
    const batch: Batch = {
      v: TRIAL_VERSION,
      producer,
      seq: this.#seq++,
      startedAt: this.#startedAt,
      sentAt: now,
      watermark: this.#watermark(now),
      final,
      runs: this.#announce ? this.#options.runs : [],
      totals: counts.totals(),
      draws: counts.draws(),
      slices: counts.rows(),
      ...(misconfigured.length > 0 && { misconfigured }),
      trials,
    };
    this.#announce = false;
    this.#sendingSince = trials.length === 0 ? Infinity : clock.elapsed();
    return { batch, data: null };
  }

  #takeTrials(): readonly Trial[] {
    const { batchTrials, batchBytes } = this.#options.limits;
    // One that would not fit alone must not keep the others waiting.
    while (this.#ring.nextBytes > this.#backlog.left) this.#drop(this.#ring.take(1, 0), 'ring_full');
    return this.#ring.take(batchTrials, Math.min(batchBytes, this.#backlog.room));
  }

  #dropAll(reason: DropReason): void {
    this.#drop(this.#ring.take(Infinity, Infinity), reason);
  }

  #drop(trials: readonly Trial[], reason: DropReason): void {
    for (const trial of trials) guard('queue.dropped', () => this.#options.onDropped(trial, reason));
  }

  /** Every call admitted before it is in this batch or an earlier one, or dropped. */
  #watermark(now: number): number {
    let watermark = Math.min(now, this.#options.earliestOpen() ?? now);
    for (const { startedAt } of this.#ring) watermark = Math.min(watermark, startedAt);
    return watermark;
  }

  /** How long until there is something to do. */
  #waitMs(): number {
    const { limits, clock } = this.#options;
    if (this.#failures > 0 && !this.#working) return Math.max(0, this.#retryAt - clock.elapsed());
    if (this.#stop === 'no' && this.#heldUntil > clock.elapsed()) return this.#heldUntil - clock.elapsed();
    if (this.#sending !== null || !this.#announced || this.#stop === 'final') return 0;
    const elapsed = clock.elapsed();
    const heartbeat = this.#sentAt + limits.heartbeatMs - elapsed;
    if (this.#ring.count === 0 || this.#backlog.isFull) return Math.max(0, heartbeat);
    if (this.#hurry || this.#ring.count >= limits.batchTrials || this.#ring.bytes >= limits.batchBytes) return 0;
    return Math.max(0, Math.min(heartbeat, this.#oldestSince + limits.lingerMs - elapsed));
  }

  #backOff(): void {
    const { retryMs } = this.#options.limits;
    const delay = Math.min(retryMs.first * 2 ** Math.min(this.#failures, 20), retryMs.last);
    // Spread out, so that the processes of a service do not come back all at once.
    this.#retryAt = this.#options.clock.elapsed() + delay * (0.75 + Math.random() / 4);
    this.#failures += 1;
  }

  #disconnect(): void {
    this.#connection?.close();
    this.#connection = null;
  }
}
