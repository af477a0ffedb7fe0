import type { Call } from '../capture/call.js';
import { askedForm } from '../dialect/asked-form.js';
import { guard, raised } from '../guard.js';
import { DROP_REASONS, type DropReason, type Stage } from './funnel.js';
import type { CallId, ClusterKey, Leg, PairId, RunId, SubjectKey, Trial, TrialLeg } from './trial.js';
import type { Protect } from './privacy/protect.js';
import type { Steps } from './steps.js';
import { TRIAL_VERSION } from './trial.js';
import { turnsOf } from './turns.js';

/** One leg of an admitted call, as it will come. */
export interface ExpectedLeg {
  readonly arm: string;
  readonly pairId: PairId;
  /** Resolves once, always. */
  readonly leg: Promise<Leg>;
  cancel(reason: 'shutdown' | 'leg_deadline'): void;
}

/** An admitted call: what the trial will say of it, and the legs it waits for. */
export interface Admission {
  readonly call: Call;
  readonly callId: CallId;
  readonly experiment: string;
  readonly run: RunId;
  readonly slice: number;
  readonly segment: string;
  readonly cluster: ClusterKey;
  readonly subject?: SubjectKey | undefined;
  readonly pi: number;
  readonly keepContent: boolean;
  readonly legs: readonly ExpectedLeg[];
}

/** What became of each arm of an admitted call: a leg with a primary beside it, or the reason why not. */
export interface Assembled {
  readonly admission: Admission;
  /** Null where no leg can be published. */
  readonly trial: Trial | null;
  readonly primary: Leg;
  /** By arm. A leg that is `missing` is not here, although it travels in the trial beside others. */
  readonly paired: readonly string[];
  readonly dropped: Readonly<Record<string, DropReason>>;
  readonly legs: Readonly<Record<string, Leg>>;
}

/** Why one that is missing is: what it says where that is a reason after this stage, and `otherwise` where it is none. */
function missingReason({ reason }: Leg & { status: 'missing' }, after: Stage, otherwise: DropReason): DropReason {
  const known = Object.hasOwn(DROP_REASONS, reason) && DROP_REASONS[reason as DropReason].after === after;
  return known ? (reason as DropReason) : otherwise;
}

/**
 * Puts a trial together. Without a primary there is none; a leg without an outcome is a counted drop, and travels only to say
 * that it was drawn (a candidate's leg whose A/A leg is missing is not one that had none).
 */
export function assemble(
  admission: Admission,
  producer: string,
  outcome: Leg | null,
  given: ReadonlyMap<string, Leg>,
): Assembled {
  const counted = countedOf(admission, outcome, given);
  const { primary, paired, legs } = counted;
  return paired.length === 0 ? counted : { ...counted, trial: trialOf(admission, producer, primary, legs) };
}

/** As {@link assemble}, and what of it may leave the process. One that cannot be protected is dropped whole. */
export function* assembling(
  admission: Admission,
  producer: string,
  outcome: Leg | null,
  given: ReadonlyMap<string, Leg>,
  protection: Protect | null,
): Steps<Assembled> {
  const assembled = assemble(admission, producer, outcome, given);
  const { trial } = assembled;
  if (trial === null || protection === null) return assembled;
  yield;
  try {
    return { ...assembled, trial: yield* protection(trial) };
  } catch (error) {
    raised('trial.redaction', error);
    return unprotected(admission, outcome, given);
  }
}

/** Nothing of it leaves: its pairs are lost, and counted. */
export function unprotected(admission: Admission, outcome: Leg | null, given: ReadonlyMap<string, Leg>): Assembled {
  const counted = countedOf(admission, outcome, given);
  const dropped = byArm(counted.dropped);
  for (const arm of counted.paired) dropped[arm] = 'redaction_failed';
  return { ...counted, dropped };
}

interface Counted extends Assembled {
  readonly trial: null;
  readonly legs: Readonly<Record<string, TrialLeg>>;
}

/** What became of each arm. */
function countedOf(admission: Admission, outcome: Leg | null, given: ReadonlyMap<string, Leg>): Counted {
  const primary: Leg = outcome ?? { status: 'missing', reason: 'primary_unresolved' };
  const dropped = byArm<DropReason>();
  const legs = byArm<TrialLeg>();
  const paired: string[] = [];
  for (const { arm, pairId } of admission.legs) {
    const leg: Leg = given.get(arm) ?? { status: 'missing', reason: 'leg_deadline' };
    legs[arm] = { ...leg, pairId };
    if (leg.status === 'missing') dropped[arm] = missingReason(leg, 'admitted', 'leg_broken');
    else if (primary.status === 'missing') dropped[arm] = missingReason(primary, 'answered', 'primary_unresolved');
    else paired.push(arm);
  }
  return { admission, trial: null, primary, paired, dropped, legs };
}

/** By names that users choose, `constructor` too: there is nothing in it but what is put there. */
function byArm<Value>(entries: Readonly<Record<string, Value>> = {}): Record<string, Value> {
  return Object.assign(Object.create(null) as Record<string, Value>, entries);
}

function trialOf(
  admission: Admission,
  producer: string,
  primary: Leg,
  legs: Readonly<Record<string, TrialLeg>>,
): Trial {
  const { call, callId, run, segment, cluster, subject, pi } = admission;
  return {
    v: TRIAL_VERSION,
    callId,
    run,
    producer,
    segment,
    cluster,
    ...(subject !== undefined && { subject }),
    pi,
    operation: call.request.operation,
    stream: call.request.stream,
    startedAt: call.startedAt,
    ...inputOf(admission),
    ...askedOf(admission),
    primary: admission.keepContent ? primary : withoutAnswer(primary),
    legs,
  };
}

/** How many turns there are is a number, and travels whatever may be kept. */
function inputOf({ call, keepContent }: Admission): Pick<Trial, 'input' | 'turns'> {
  if (!keepContent) return { input: { kind: 'none' }, ...turnsAlone(call) };
  const messages = guard('trial.input', () => call.messages());
  if (messages === undefined) return { input: { kind: 'none' } };
  return { input: { kind: 'text', messages }, turns: turnsOf(messages) };
}

/** Nobody else needs the messages then, and a call whose host has gone on may have let go of them: that is no failure. */
function turnsAlone(call: Call): Pick<Trial, 'turns'> {
  try {
    return { turns: turnsOf(call.messages()) };
  } catch {
    return {};
  }
}

/** Of a call that was not made over HTTP it is not known. */
function askedOf({ call, keepContent }: Admission): Pick<Trial, 'asked'> {
  const body = keepContent ? call.wire?.body : undefined;
  const asked = body === undefined ? undefined : guard('trial.asked', () => askedForm(body));
  return asked === undefined ? {} : { asked };
}

/** Another experiment may have asked for the answer's text of the same call. */
function withoutAnswer(leg: Leg): Leg {
  return leg.status === 'ok' ? { ...leg, answer: { kind: 'none' } } : leg;
}
