import { processClock } from '../capture/clock.js';
import type { Call } from '../capture/call.js';
import { DIALECTS } from '../dialect/registry.js';
import { boundsOf } from '../experiment/bounds.js';
import { runOf } from '../experiment/run.js';
import type { ExperimentBudget } from '../govern/budget/budget.js';
import { HostWatch } from '../govern/host-watch.js';
import { guard } from '../guard.js';
import type { FunnelMetrics } from '../shadow/funnel-metrics.js';
import { type Prepare, prepareOverHttp } from '../shadow/prepare.js';
import { createIsolation } from '../shadow/isolation.js';
import type { ShadowOptions } from '../shadow/shadows.js';
import { createTransport, type Transport } from '../shadow/undici.js';
import type { DropReason } from '../trial/funnel.js';
import { createIds, createProducerId } from '../trial/ids.js';
import { queueNotes } from './queue-notes.js';
import type { Admittance } from '../trial/account.js';
import type { OpenTrials } from '../trial/open-trials.js';
import type { Seal } from '../trial/seal.js';
import type { Trial } from '../trial/trial.js';
import { type Arrangement, arrange, type ExperimentSetup, type Shared } from './arrangement.js';
import { budgetErrand } from './budget-errand.js';
import { type Errand, Errands } from './errands.js';
import { followErrand } from './follow.js';
import { limitsFor, type ProducerLimits } from './limits.js';
import { queueStore } from './open-store.js';
import { Publisher, type PublisherLimits } from './publisher.js';
import type { QueueStore } from './queue-connection.js';
import { SliceCounts } from './slice-counts.js';
import { within } from './time-limit.js';

/** Of the time of a shutdown, the part that legs in flight may take. */
const SHARE_FOR_LEGS = 0.6;

/** Of what is left then, the part that looking through the last texts may take. */
const SHARE_FOR_TEXTS = 0.5;

/** Of what is left then, the part that giving back what is leased may take. */
const SHARE_FOR_LEASES = 0.25;

export interface ProducerOptions {
  readonly setups: readonly ExperimentSetup[];
  readonly queueUrl: string;
  /** Seals what leaves for the queue; default: nothing does. */
  readonly seal?: Seal | null;
  readonly environmentProxy: boolean;
  readonly tracer: ShadowOptions['tracer'];
  readonly metrics: FunnelMetrics;
  readonly limits?: Partial<ProducerLimits>;
  /** For tests; default: the store the URL names. */
  readonly store?: QueueStore;
}

/** All that becomes of this process's calls, from their start to the queue. One per process that has something to compare. */
export class Producer {
  readonly id: string = createProducerId();
  readonly #options: ProducerOptions;
  readonly #limits: PublisherLimits & ProducerLimits;
  readonly #counts: SliceCounts;
  readonly #publisher: Publisher;
  readonly #errands: Errands;
  readonly #budgets: readonly ExperimentBudget[];
  readonly #arrangements: readonly Arrangement[];
  readonly #host: HostWatch;
  readonly #prepare = prepareOverHttp(() => this.#openTransport(), DIALECTS);
  #transport: Transport | null = null;
  #stopping: Promise<void> | null = null;

  constructor(options: ProducerOptions) {
    this.#options = options;
    const experiments = options.setups.map(({ experiment }) => experiment);
    this.#limits = limitsFor(experiments, options.limits);
    this.#counts = new SliceCounts(new Map(experiments.map((one) => [runOf(one).id, one.slice.lengthMs])));
    const isolate = createIsolation();
    const shared: Shared = {
      producer: this.id,
      tracer: options.tracer,
      metrics: options.metrics,
      isolate,
      ids: createIds(),
      account: this.#counts,
      admittance: (trials) => this.#admittance(trials),
      onTrial: (trial) => this.#publish(trial),
    };
    this.#arrangements = options.setups.map((setup) => arrange(setup, shared));
    const follow = followErrand(this.#arrangements);
    this.#publisher = new Publisher({
      producer: this.id,
      runs: this.#arrangements.map(({ run: { id, experiment: name, definition }, experiment }) => {
        return { run: id, experiment: name, definition, bounds: boundsOf(experiment) };
      }),
      prepare: (connection) => follow.run(connection),
      store: options.store ?? queueStore(options.queueUrl, this.#limits.operationTimeoutMs),
      counts: this.#counts,
      seal: options.seal ?? null,
      clock: processClock,
      isolate,
      limits: this.#limits,
      earliestOpen: () => this.#earliestOpen(),
      ...queueNotes(options.queueUrl),
      onReady: () => void this.#openTransport(),
      onSent: (durationMs, outcome) => options.metrics.published(durationMs, outcome),
      onPublished: (trial) => this.#eachLeg(trial, (key) => this.#counts.published(key)),
      onDropped: (trial, reason) => this.#drop(trial, reason),
    });
    options.metrics.watchBuffered(() => this.#publisher.buffered);
    this.#budgets = this.#arrangements.map(({ budget }) => budget).filter((budget) => budget !== null);
    const errands: readonly Errand[] = [follow, ...this.#budgets.map(budgetErrand)];
    this.#errands = new Errands({ errands, connection: () => this.#publisher.connection, isolate });
    this.#host = new HostWatch({
      isolate,
      clock: processClock,
      slowPublishing: () => this.#publisher.isSlow,
      onWindow: (window) => {
        for (const { governor } of this.#arrangements) governor.window(window);
      },
    });
  }

  get announced(): boolean {
    return this.#publisher.salt !== null;
  }

  start(): void {
    this.#publisher.start();
    this.#host.start();
    this.#errands.start();
  }

  /** Shown every primary over HTTP at its start. Each experiment that compares requests takes it on its own. */
  take(call: Call): void {
    for (const { intake, ofCode } of this.#arrangements) {
      if (!ofCode) guard('trial.intake', () => intake.take(call, this.#prepare));
    }
  }

  /** Shown a primary that is one experiment's alone, and how its shadows are made. */
  takeFor(experiment: string, call: Call, prepare: Prepare): void {
    const found = this.#arrangements.find((one) => one.experiment.name === experiment);
    if (found !== undefined) guard('trial.intake', () => found.intake.take(call, prepare));
  }

  /** Resolves true when every call so far has its outcome in the queue, false when `timeoutMs` have passed before. */
  async flush(timeoutMs: number): Promise<boolean> {
    const until = processClock.elapsed() + timeoutMs;
    const settled = await this.#settled(timeoutMs);
    return (await this.#publisher.flush(Math.max(0, until - processClock.elapsed()))) && settled;
  }

  /**
   * Admits nothing more, waits a while for the legs in flight and gives up the rest, sends what there is and the final counts: within
   * `timeoutMs`, or not at all.
   */
  async shutdown(timeoutMs: number): Promise<void> {
    this.#stopping ??= this.#shutdown(timeoutMs);
    await this.#stopping;
  }

  async #shutdown(timeoutMs: number): Promise<void> {
    const until = processClock.elapsed() + timeoutMs;
    // A leg that is given up counts against its candidate, which has done nothing wrong.
    await this.#settled(timeoutMs * SHARE_FOR_LEGS);
    for (const { trials } of this.#arrangements) trials.closeAll();
    await this.#settled((until - processClock.elapsed()) * SHARE_FOR_TEXTS);
    for (const { trials } of this.#arrangements) trials.dropRest();
    this.#errands.stop();
    this.#host.stop();
    await this.#giveBack(until - processClock.elapsed());
    await this.#publisher.stop(Math.max(0, until - processClock.elapsed()));
    this.#transport?.close();
  }

  /** What is left of budgets must not wait for its lease to end. */
  async #giveBack(timeoutMs: number): Promise<void> {
    if (this.#budgets.length === 0) return;
    for (const budget of this.#budgets) budget.close();
    await within(timeoutMs * SHARE_FOR_LEASES, (proceed) => {
      void this.#errands.runOnce().then(proceed);
      return () => undefined;
    });
  }

  #openTransport(): Transport {
    const timeoutMs = Math.max(...this.#options.setups.map(({ experiment }) => experiment.shadow.timeoutMs));
    this.#transport ??= createTransport({ timeoutMs, environmentProxy: this.#options.environmentProxy });
    return this.#transport;
  }

  #admittance(trials: OpenTrials): Admittance {
    if (this.#stopping !== null) return { open: false, reason: 'shutting_down' };
    const { salt } = this.#publisher;
    if (salt === null) return { open: false, reason: 'not_announced' };
    const { ringTrials, ringBytes } = this.#limits;
    const full = !this.#publisher.hasRoom || trials.count >= ringTrials || trials.bytes >= ringBytes;
    if (!full) return { open: true, salt };
    return { open: false, reason: this.#publisher.isBacklogged ? 'backlog_full' : 'memory_cap' };
  }

  #publish(trial: Trial): void {
    const reason = this.#publisher.publish(trial);
    if (reason !== null) this.#drop(trial, reason);
  }

  #drop(trial: Trial, reason: DropReason): void {
    const experiment = this.#arrangements.find(({ run }) => run.id === trial.run)?.experiment.name;
    this.#eachLeg(trial, (key) => {
      this.#counts.dropped(key, reason);
      if (experiment !== undefined) this.#options.metrics.dropped(reason, { experiment, arm: key.arm });
    });
  }

  /** A leg that is `missing` has been counted as dropped already. */
  #eachLeg(
    { run, startedAt, segment, pi, legs }: Trial,
    count: (key: Parameters<SliceCounts['published']>[0]) => void,
  ): void {
    const slice = this.#counts.sliceOf(run, startedAt);
    for (const [arm, leg] of Object.entries(legs))
      if (leg.status !== 'missing') count({ run, slice, segment, arm, pi });
  }

  #earliestOpen(): number | null {
    const starts = this.#arrangements.map(({ trials }) => trials.earliestStart()).filter((start) => start !== null);
    return starts.length === 0 ? null : Math.min(...starts);
  }

  async #settled(timeoutMs: number): Promise<boolean> {
    const each = this.#arrangements.map(({ trials }) => within(timeoutMs, (callback) => trials.whenSettled(callback)));
    return (await Promise.all(each)).every(Boolean);
  }
}
