import type { Call } from '../capture/call.js';
import type { Experiment, Run } from '../experiment/definition.js';
import { both, type Gates, type Permit } from '../govern/gate.js';
import { guard, remark } from '../guard.js';
import { clusterKey } from '../sample/cluster.js';
import { createDecide, type Decide, type Sampled } from '../sample/decide.js';
import type { Terms } from '../sample/terms.js';
import { createRepeats, type Repeats } from '../sample/repeats.js';
import type { CallRules } from '../sample/call-view.js';
import { subjectOf } from '../sample/subject.js';
import type { Isolate } from '../shadow/isolation.js';
import type { Arm, Prepare, Prepared, ShadowCall } from '../shadow/prepare.js';
import type { Secret } from '../shadow/secret.js';
import { describePrimary, type PairNames } from '../shadow/shadow-span.js';
import type { FiredShadow, Shadows } from '../shadow/shadows.js';
import type { Admission, Assembled } from './assemble.js';
import type { DropReason, Stage } from './funnel.js';
import type { Ids } from './ids.js';
import type { OpenTrials } from './open-trials.js';
import { AA_ARM, type CallId, type ClusterKey, type Leg, type RunId } from './trial.js';

/** What one row of the producer's account is about. */
export interface AccountKey {
  readonly run: RunId;
  readonly slice: number;
  readonly segment: string;
  readonly arm: string;
  readonly pi: number;
}

/** The producer's account of a slice: what the evaluator can hold us to. */
export interface Account {
  sliceOf(run: RunId, startedAt: number): number;
  isFinal(run: RunId, slice: number): boolean;
  eligible(key: AccountKey): void;
  sampled(key: AccountKey): void;
  skipped(key: AccountKey, reason: DropReason): void;
  admitted(key: AccountKey): void;
  dropped(key: AccountKey, reason: DropReason): void;
}

/** The same as metrics, for people who look at the service. */
export interface Meters {
  reached(stage: Stage, names: { readonly experiment: string; readonly arm: string }): void;
  dropped(reason: DropReason, names: { readonly experiment: string; readonly arm: string }): void;
  measured(leg: Leg, experiment: string, arm: string | null, segment: string): void;
}

/** Whether calls may be admitted now, and with which salt their keys are hashed. */
export type Admittance =
  | { readonly open: true; readonly salt: Uint8Array }
  | { readonly open: false; readonly reason: 'not_announced' | 'memory_cap' | 'shutting_down' };

export interface IntakeOptions {
  readonly experiment: Experiment;
  readonly run: Run;
  readonly rules: CallRules;
  /** What of the experiment holds at each call; default: what is configured. */
  readonly terms?: () => Terms;
  /** See {@link createDecide}. */
  readonly share?: () => number;
  /** The candidates' own keys, by candidate. */
  readonly apiKeys: ReadonlyMap<string, Secret>;
  readonly ids: Ids;
  readonly account: Account;
  readonly meters: Meters;
  readonly shadows: Shadows;
  readonly gates: Gates;
  readonly trials: OpenTrials;
  readonly isolate: Isolate;
  readonly admittance: () => Admittance;
}

interface Ready {
  readonly arm: string;
  readonly shadow: ShadowCall;
  readonly permit: Permit;
}

/** Salted hashes: what a call repeats, and whose it is. */
type Keys = Pick<Admission, 'cluster' | 'subject'>;

/** Calls whose span already names a pair: a second experiment's pair is found by its link. */
const named = new WeakSet<Call>();

/** One experiment's way of a call, from its start to its admission. Synchronous: it runs before the primary is sent. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #decide: Decide;
  readonly #arms: readonly string[];
  readonly #armOf: ReadonlyMap<string, Arm>;
  /** Null where repeats are shadowed, too. */
  readonly #repeats: Repeats | null;

  constructor(options: IntakeOptions) {
    const { experiment, rules, apiKeys } = options;
    this.#options = options;
    this.#decide = createDecide(options);
    this.#repeats = experiment.sample.oncePerCluster ? createRepeats() : null;
    const candidates = Object.entries(experiment.candidates).map(([name, candidate]): Arm => {
      return { name, candidate, apiKey: apiKeys.get(name) ?? null, transform: rules.transform?.[name] ?? null };
    });
    const aa: Arm = { name: AA_ARM, candidate: null, apiKey: null, transform: null };
    const arms = [...candidates, ...(experiment.noise.rate > 0 ? [aa] : [])];
    this.#arms = arms.map(({ name }) => name);
    this.#armOf = new Map(arms.map((arm) => [arm.name, arm]));
  }

  /** @param prepare Makes the shadows of the call. */
  take(call: Call, prepare: Prepare): void {
    const { run, ids, account, admittance } = this.#options;
    const callId = ids.next(call.startedAt);
    const slice = account.sliceOf(run.id, call.startedAt);
    this.#reached('called', this.#arms);
    const admitting = admittance();
    const decision = this.#decide(call, callId, admitting.open ? admitting.salt : null);
    guard('govern.watch', () => this.#options.gates.watch?.(call, decision.status !== 'outside'));
    if (decision.status === 'outside') return this.#lost(decision.reason, this.#arms);
    if (account.isFinal(run.id, slice)) return this.#lost('unparsable', this.#arms);

    const { segment, pi } = decision;
    const keyOf = (arm: string): AccountKey => ({ run: run.id, slice, segment, arm, pi });
    const drawn = decision.status === 'sampled' ? decision.arms : [];
    for (const arm of this.#arms) account.eligible(keyOf(arm));
    this.#reached('eligible', this.#arms);
    const undrawn = this.#arms.filter((arm) => !drawn.includes(arm));
    this.#lost('not_sampled', undrawn);
    if (decision.status !== 'sampled') return;

    for (const arm of drawn) account.sampled(keyOf(arm));
    this.#reached('sampled', drawn);
    const skip = (reason: DropReason, arms: readonly string[]): void => {
      for (const arm of arms) account.skipped(keyOf(arm), reason);
      this.#lost(reason, arms);
    };
    this.#admit(call, prepare, callId, decision, admitting, skip, keyOf);
  }

  /** Counts what became of an admitted call. Returns nothing to do for its caller but to publish the trial. */
  settled({ admission, primary, legs, paired, dropped }: Assembled): void {
    const { experiment, account, meters } = this.#options;
    const { run, slice, segment, pi } = admission;
    meters.measured(primary, experiment.name, null, segment);
    for (const [arm, leg] of Object.entries(legs)) {
      meters.measured(leg, experiment.name, arm, segment);
      if (leg.status !== 'missing') this.#reached('answered', [arm]);
      const reason = dropped[arm];
      if (reason === undefined) continue;
      account.dropped({ run, slice, segment, arm, pi }, reason);
      this.#lost(reason, [arm]);
    }
    this.#reached('paired', paired);
  }

  #admit(
    call: Call,
    prepare: Prepare,
    callId: CallId,
    decision: Sampled,
    admitting: Admittance,
    skip: (reason: DropReason, arms: readonly string[]) => void,
    keyOf: (arm: string) => AccountKey,
  ): void {
    const { account } = this.#options;
    if (decision.refused !== null) return skip(decision.refused, decision.arms);
    if (!admitting.open) return skip(admitting.reason, decision.arms);
    const { salt } = admitting;
    const clusterOf = (): ClusterKey | undefined =>
      guard('sample.cluster', () => this.#clusterOf(call, decision, salt));
    // A repeat is no loss of coverage, so it is told apart before anything that is.
    const early = this.#repeats === null ? undefined : clusterOf();
    const fresh = early === undefined ? undefined : this.#repeats?.freshOf(early, decision.arms);
    const arms = fresh ?? decision.arms;
    skip(
      'repeat',
      decision.arms.filter((arm) => !arms.includes(arm)),
    );
    if (arms.length === 0) return;
    const ready: Ready[] = [];
    let refusal: DropReason = 'untranslatable';
    for (const arm of arms) {
      // The A/A leg comes last. It is the measure of the others: alone it says nothing, and costs the same.
      const made: Ready | DropReason =
        arm === AA_ARM && ready.length === 0 ? refusal : this.#readied(call, arm, prepare);
      if (typeof made === 'string') {
        refusal = made;
        skip(refusal, [arm]);
      } else ready.push(made);
    }
    if (ready.length === 0) return;
    const cluster = this.#repeats === null ? clusterOf() : early;
    if (cluster === undefined) {
      for (const { arm, permit } of ready) {
        permit.unused();
        skip('untranslatable', [arm]);
      }
      return;
    }

    for (const { arm } of ready) {
      account.admitted(keyOf(arm));
      this.#repeats?.admitted(cluster, arm);
    }
    this.#reached(
      'admitted',
      ready.map(({ arm }) => arm),
    );
    // Timers and promises keep the async context they are made in: not the host's request, for as long as a candidate hangs.
    const subject = guard('sample.subject', () => subjectOf(call, this.#options.experiment.subject, salt));
    this.#options.isolate(() => this.#fire(call, callId, decision, { cluster, subject }, ready));
  }

  /** An arm's shadow with all that it needs to be fired, or why it may not be. */
  #readied(call: Call, arm: string, prepare: Prepare): Ready | DropReason {
    const { gates } = this.#options;
    const entered = guard('govern.gate', () => gates.before({ call, arm })) ?? 'concurrency_cap';
    if (typeof entered === 'string') return entered;
    const prepared = this.#prepare(call, arm, prepare);
    if (prepared.status === 'refused') {
      entered.unused();
      remark(`${arm} of ${this.#options.experiment.name} skips calls, ${prepared.reason}: ${prepared.detail}`);
      return prepared.reason;
    }
    const { shadow } = prepared;
    const given = guard('govern.gate', () => gates.made({ call, arm, shadow })) ?? 'concurrency_cap';
    if (typeof given === 'string') {
      entered.unused();
      return given;
    }
    return { arm, shadow, permit: both([entered, given]) };
  }

  #fire(call: Call, callId: CallId, { segment, pi }: Sampled, keys: Keys, ready: readonly Ready[]): void {
    const { experiment, run, ids, account, shadows, trials } = this.#options;
    const legs = ready.map(({ arm, shadow, permit }) => {
      const names: PairNames = {
        callId,
        pairId: ids.next(call.startedAt),
        experiment: experiment.name,
        run: run.id,
        arm,
      };
      const fired = guard('shadow.fire', () =>
        this.#describe(
          call,
          shadows.fire(call, names, shadow, (end) => permit.ended(end)),
        ),
      );
      if (fired === undefined) permit.unused();
      return { names, fired };
    });
    trials.open({
      call,
      callId,
      experiment: experiment.name,
      run: run.id,
      slice: account.sliceOf(run.id, call.startedAt),
      segment,
      ...keys,
      pi,
      keepContent: experiment.content !== 'none',
      legs: legs.map(({ names: { arm, pairId }, fired }) => ({
        arm,
        pairId,
        leg: fired?.leg ?? Promise.resolve<Leg>({ status: 'missing', reason: 'leg_broken' }),
        cancel: (reason) => fired?.cancel(reason),
      })),
    });
  }

  #describe(call: Call, fired: FiredShadow): FiredShadow {
    if (!named.has(call)) guard('shadow.describe', () => describePrimary(call, fired.names, fired.span));
    named.add(call);
    return fired;
  }

  #clusterOf(call: Call, { view }: Sampled, salt: Uint8Array): ClusterKey {
    return clusterKey(call, view, this.#options.experiment.cluster, this.#options.rules.cluster, salt);
  }

  #prepare(call: Call, name: string, prepare: Prepare): Prepared {
    const arm = this.#armOf.get(name);
    const prepared = arm === undefined ? undefined : guard('shadow.prepare', () => prepare(call, arm));
    return prepared ?? { status: 'refused', reason: 'untranslatable', detail: 'a failure of ours, or of a transform' };
  }

  #reached(stage: Stage, arms: readonly string[]): void {
    for (const arm of arms) this.#options.meters.reached(stage, { experiment: this.#options.experiment.name, arm });
  }

  #lost(reason: DropReason, arms: readonly string[]): void {
    for (const arm of arms) this.#options.meters.dropped(reason, { experiment: this.#options.experiment.name, arm });
  }
}
