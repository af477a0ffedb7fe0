import { processClock } from '../capture/clock.js';
import type { Call } from '../capture/call.js';
import { DIALECTS } from '../dialect/registry.js';
import type { Experiment } from '../experiment/definition.js';
import { boundsOf } from '../experiment/bounds.js';
import { comparesCode } from '../experiment/of-code.js';
import { runOf } from '../experiment/run.js';
import { ExperimentBudget } from '../govern/budget/budget.js';
import { allOf, type Gates } from '../govern/gate.js';
import { concurrencyGate } from '../govern/concurrency.js';
import { Governor } from '../govern/governor.js';
import { HostWatch } from '../govern/host-watch.js';
import { guard } from '../guard.js';
import type { CallRules } from '../sample/call-view.js';
import { Live } from '../sample/live.js';
import type { FunnelMetrics } from '../shadow/funnel-metrics.js';
import { type Prepare, prepareOverHttp } from '../shadow/prepare.js';
import { createIsolation } from '../shadow/isolation.js';
import type { Secret } from '../shadow/secret.js';
import { Shadows, type ShadowOptions } from '../shadow/shadows.js';
import { createTransport, type Transport } from '../shadow/undici.js';
import type { Assembled } from '../trial/assemble.js';
import type { DropReason } from '../trial/funnel.js';
import { createIds, createProducerId } from '../trial/ids.js';
import { type Admittance, Intake } from '../trial/intake.js';
import { OpenTrials } from '../trial/open-trials.js';
import { protectionOf } from '../trial/privacy/protect.js';
import type { Seal } from '../trial/seal.js';
import type { Trial } from '../trial/trial.js';
import { budgetErrand } from './budget-errand.js';
import { type Errand, Errands } from './errands.js';
import { type Followed, followErrand } from './follow.js';
import { limitsFor, type ProducerLimits } from './limits.js';
import { queueStore } from './open-store.js';
import { Publisher, type PublisherLimits } from './publisher.js';
import type { QueueStore } from './queue-connection.js';
import { SliceCounts } from './slice-counts.js';
import { within } from './time-limit.js';

/** Of the time of a shutdown, the part that legs in flight may take. */
const SHARE_FOR_LEGS = 0.6;

/** Of what is left then, the part that giving back what is leased may take. */
const SHARE_FOR_LEASES = 0.25;

/** One experiment with what of it is code or secret. */
export interface ExperimentSetup {
  readonly experiment: Experiment;
  readonly rules: CallRules;
  /** By candidate. */
  readonly apiKeys: ReadonlyMap<string, Secret>;
}

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

interface Arrangement {
  readonly setup: ExperimentSetup;
  /** Its calls are given to it by name, and those over HTTP are not shown to it. */
  readonly ofCode: boolean;
  readonly intake: Intake;
  readonly trials: OpenTrials;
  readonly governor: Governor;
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
    const followed = experiments.map((experiment): Followed => {
      const run = runOf(experiment);
      return { experiment, run, live: new Live(experiment, run, processClock) };
    });
    const follow = followErrand(followed);
    this.#publisher = new Publisher({
      producer: this.id,
      runs: followed.map(({ run: { id, experiment: name, definition }, experiment }) => {
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
      onReady: () => void this.#openTransport(),
      onPublished: (trial) => this.#eachLeg(trial, (key) => this.#counts.published(key)),
      onDropped: (trial, reason) => this.#drop(trial, reason),
    });
    const budgets = followed.map(({ experiment, live }) =>
      experiment.budget === null
        ? null
        : new ExperimentBudget(experiment, experiment.budget, () => live.terms().window, processClock.elapsed),
    );
    this.#budgets = budgets.filter((budget) => budget !== null);
    const errands: readonly Errand[] = [follow, ...this.#budgets.map(budgetErrand)];
    this.#errands = new Errands({ errands, connection: () => this.#publisher.connection, isolate });
    const ids = createIds();
    this.#arrangements = options.setups.map((setup, index) => {
      const { experiment } = setup;
      const { timeoutMs, maxBytes, topology } = experiment.shadow;
      const shadows = new Shadows({
        tracer: options.tracer,
        isolate,
        clock: processClock,
        timeoutMs,
        maxBytes,
        keepContent: experiment.content !== 'none',
        topology,
        onUnfollowed: (names) => options.metrics.sameTrace(names),
      });
      const trials: OpenTrials = new OpenTrials({
        producer: this.id,
        deadlineMs: deadlineOf(experiment),
        protection: protectionOf(experiment.content, setup.rules.redact),
        onAssembled: (assembled) => this.#assembled(intake, assembled),
      });
      const own = followed[index];
      const budget = budgets[index] ?? null;
      if (own === undefined) throw new Error('an experiment without a run');
      const { apiKeys } = setup;
      const governor = new Governor({ experiment, apiKeys, clock: processClock, meters: options.metrics });
      const intake: Intake = new Intake({
        ...setup,
        run: own.run,
        terms: () => {
          const terms = own.live.terms();
          return budget?.isSpent === true && terms.off === null ? { ...terms, off: 'spent' } : terms;
        },
        ids,
        account: this.#counts,
        meters: options.metrics,
        shadows,
        gates: gatesOf(experiment, governor, budget),
        share: () => budget?.share() ?? 1,
        trials,
        isolate,
        admittance: () => this.#admittance(trials),
      });
      const ofCode = comparesCode(experiment, Object.keys(setup.rules.transform ?? {}));
      return { setup, ofCode, intake, trials, governor };
    });
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
    const found = this.#arrangements.find(({ setup }) => setup.experiment.name === experiment);
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
    return full ? { open: false, reason: 'memory_cap' } : { open: true, salt };
  }

  #assembled(intake: Intake, assembled: Assembled): void {
    intake.settled(assembled);
    const { trial } = assembled;
    if (trial === null) return;
    const reason = this.#publisher.publish(trial);
    if (reason !== null) this.#drop(trial, reason);
  }

  #drop(trial: Trial, reason: DropReason): void {
    const experiment = this.#options.setups.find((setup) => runOf(setup.experiment).id === trial.run)?.experiment.name;
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

/** Half of the time a slice waits beyond the shadow's timeout: the other half is for the way to the ledger. */
function deadlineOf({ slice, shadow }: Experiment): number {
  return shadow.timeoutMs + (slice.deadlineMs - shadow.timeoutMs) / 2;
}

/** What the shadows of an experiment pass before they are fired. */
function gatesOf({ shadow }: Experiment, governor: Governor, budget: ExperimentBudget | null): Gates {
  const made = budget === null ? [] : [budget.gate];
  return {
    before: allOf([governor.gate, concurrencyGate(shadow.concurrency)]),
    made: allOf(made),
    watch: (call, matched) => governor.watch(call, matched),
  };
}
