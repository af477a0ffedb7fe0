import type { Call } from '../capture/call.js';
import { askedForm } from '../dialect/asked-form.js';
import { guard } from '../guard.js';
import type { DropReason } from './funnel.js';
import type { CallId, ClusterKey, Content, Leg, PairId, RunId, SubjectKey, Trial, TrialLeg } from './trial.js';
import type { Protect } from './privacy/protect.js';
import { TRIAL_VERSION } from './trial.js';

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

const LEG_REASONS: ReadonlySet<string> = new Set<DropReason>(['leg_deadline', 'leg_broken', 'shutdown']);

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
  const primary: Leg = outcome ?? { status: 'missing', reason: 'primary_unresolved' };
  const dropped: Record<string, DropReason> = {};
  const legs: Record<string, TrialLeg> = {};
  const paired: string[] = [];
  for (const { arm, pairId } of admission.legs) {
    const leg: Leg = given.get(arm) ?? { status: 'missing', reason: 'leg_deadline' };
    legs[arm] = { ...leg, pairId };
    if (leg.status === 'missing')
      dropped[arm] = LEG_REASONS.has(leg.reason) ? (leg.reason as DropReason) : 'leg_broken';
    else if (primary.status === 'missing') dropped[arm] = 'primary_unresolved';
    else paired.push(arm);
  }
  const trial = paired.length === 0 ? null : trialOf(admission, producer, primary, legs);
  return { admission, trial, primary, paired, dropped, legs };
}

/** What of an assembled trial may leave the process. One that cannot be protected is dropped whole: its pairs are lost, and counted. */
export function protect(assembled: Assembled, protection: Protect | null): Assembled {
  const { trial, paired, dropped } = assembled;
  if (trial === null || protection === null) return assembled;
  const safe = guard('trial.redaction', () => protection(trial));
  if (safe !== undefined) return { ...assembled, trial: safe };
  const failed = Object.fromEntries(paired.map((arm): [string, DropReason] => [arm, 'redaction_failed']));
  return { ...assembled, trial: null, dropped: { ...dropped, ...failed } };
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
    input: inputOf(admission),
    ...askedOf(admission),
    primary: admission.keepContent ? primary : withoutAnswer(primary),
    legs,
  };
}

function inputOf({ call, keepContent }: Admission): Content {
  const messages = keepContent ? guard('trial.input', () => call.messages()) : undefined;
  return messages === undefined ? { kind: 'none' } : { kind: 'text', messages };
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
