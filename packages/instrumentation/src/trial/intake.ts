import type { Call } from '../capture/call.js';
import { noteNotRecorded } from '../capture/registered-api.js';
import type { Experiment, Run } from '../experiment/definition.js';
import type { Gates } from '../govern/gate.js';
import { guard } from '../guard.js';
import { clusterKey } from '../sample/cluster.js';
import { createDecide, type Decide, type Sampled } from '../sample/decide.js';
import { type Terms, termsOf } from '../sample/terms.js';
import { createRepeats, type Repeats } from '../sample/repeats.js';
import { noteDisabled } from '../sample/why-disabled.js';
import type { CallRules } from '../sample/call-view.js';
import { subjectOf } from '../sample/subject.js';
import { noteCandidateFault } from '../shadow/candidate-faults.js';
import type { Isolate } from '../shadow/isolation.js';
import type { Prepare } from '../shadow/prepare.js';
import type { Secret } from '../shadow/secret.js';
import { describePrimary, type PairNames } from '../shadow/shadow-span.js';
import type { FiredShadow, Shadows } from '../shadow/shadows.js';
import type { Account, AccountKey, Admittance, Meters } from './account.js';
import type { Admission, Assembled } from './assemble.js';
import type { DropReason, Stage } from './funnel.js';
import type { Ids } from './ids.js';
import type { OpenTrials } from './open-trials.js';
import { armsOf, createReadied, type Readied, type Ready } from './ready.js';
import { AA_ARM, type CallId, type ClusterKey, type Leg } from './trial.js';

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

/** Salted hashes: what a call repeats, and whose it is. */
type Keys = Pick<Admission, 'cluster' | 'subject'>;

/** Calls whose span already names a pair: a second experiment's pair is found by its link. */
const named = new WeakSet<Call>();

/** One experiment's way of a call, from its start to its admission. Synchronous: it runs before the primary is sent. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #decide: Decide;
  readonly #arms: readonly string[];
  readonly #readied: Readied;
  /** Null where repeats are shadowed, too. */
  readonly #repeats: Repeats | null;

  constructor(options: IntakeOptions) {
    const { experiment, rules, apiKeys, gates } = options;
    this.#options = options;
    this.#decide = createDecide(options);
    this.#repeats = experiment.sample.oncePerCluster ? createRepeats() : null;
    const arms = armsOf(experiment, rules, apiKeys);
    this.#arms = [...arms.keys()];
    this.#readied = createReadied(experiment.name, arms, gates);
  }

  /** @param prepare Makes the shadows of the call. */
  take(call: Call, prepare: Prepare): void {
    const { run, ids, account, admittance } = this.#options;
    const callId = ids.ofCall(call);
    const slice = account.sliceOf(run.id, call.startedAt);
    this.#reached('called', this.#arms);
    const admitting = admittance();
    const decision = this.#decide(call, callId, admitting.open ? admitting.salt : null);
    guard('govern.watch', () => this.#options.gates.watch?.(call, decision.status !== 'outside'));
    if (decision.status === 'outside') {
      if (decision.reason === 'disabled') guard('trial.disabled', () => this.#disabled(call));
      return this.#lost(decision.reason, this.#arms);
    }
    if (account.isFinal(run.id, slice)) return this.#lost('unparsable', this.#arms);

    const { segment, pi, first } = decision;
    const keyOf = (arm: string): AccountKey => ({ run: run.id, slice, segment, arm, pi });
    if (first) account.drew(run.id, pi);
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
    // Last: a drawn call that is lost in between is one that the sample lacks.
    if (first) account.drawn(run.id, pi);
  }

  /** Counts what became of an admitted call. Returns nothing to do for its caller but to publish the trial. */
  settled({ admission, primary, legs, paired, dropped }: Assembled): void {
    const { experiment, account, meters } = this.#options;
    const { run, slice, segment, pi } = admission;
    // A meter may be the host's own.
    guard('trial.measured', () => meters.measured(primary, experiment.name, null, segment));
    for (const [arm, leg] of Object.entries(legs)) {
      guard('trial.measured', () => meters.measured(leg, experiment.name, arm, segment));
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
    if (decision.refused === 'not_recording' && call.spanReference === null)
      guard('trial.recording', () => noteNotRecorded(this.#options.experiment.name));
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
          shadows.fire(call, names, shadow, (end) => {
            permit.ended(end);
            guard('trial.fault', () => noteCandidateFault(experiment, arm, end.outcome));
          }),
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

  #disabled({ startedAt }: Call): void {
    const { experiment, terms } = this.#options;
    noteDisabled(experiment, terms?.() ?? termsOf(experiment, null, 'open'), startedAt);
  }

  #reached(stage: Stage, arms: readonly string[]): void {
    const { experiment, meters } = this.#options;
    for (const arm of arms) guard('trial.counted', () => meters.reached(stage, { experiment: experiment.name, arm }));
  }

  #lost(reason: DropReason, arms: readonly string[]): void {
    const { experiment, meters } = this.#options;
    for (const arm of arms) guard('trial.counted', () => meters.dropped(reason, { experiment: experiment.name, arm }));
  }
}
