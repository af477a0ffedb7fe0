import type { Call } from '../capture/call.js';
import type { Experiment } from '../experiment/definition.js';
import { both, type Gates, type Permit } from '../govern/gate.js';
import { guard, remark } from '../guard.js';
import type { CallRules } from '../sample/call-view.js';
import type { Arm, Prepare, Prepared, ShadowCall } from '../shadow/prepare.js';
import type { Secret } from '../shadow/secret.js';
import type { DropReason } from './funnel.js';
import { AA_ARM } from './trial.js';

/** An arm's shadow with all that it needs to be fired. */
export interface Ready {
  readonly arm: string;
  readonly shadow: ShadowCall;
  readonly permit: Permit;
}

/** Makes an arm's shadow of a call ready, or says why it may not be fired. Never throws. */
export type Readied = (call: Call, arm: string, prepare: Prepare) => Ready | DropReason;

/** The arms of an experiment by name, the A/A leg last. */
export function armsOf(
  experiment: Experiment,
  rules: CallRules,
  apiKeys: ReadonlyMap<string, Secret>,
): ReadonlyMap<string, Arm> {
  const { transform: transforms = {} } = rules;
  const candidates = Object.entries(experiment.candidates).map(([name, candidate]): Arm => {
    // A candidate may be called `constructor`.
    const transform = Object.hasOwn(transforms, name) ? (transforms[name] ?? null) : null;
    return { name, candidate, apiKey: apiKeys.get(name) ?? null, transform };
  });
  const aa: Arm = { name: AA_ARM, candidate: null, apiKey: null, transform: null };
  const arms = [...candidates, ...(experiment.noise.rate > 0 ? [aa] : [])];
  return new Map(arms.map((arm) => [arm.name, arm]));
}

export function createReadied(experiment: string, arms: ReadonlyMap<string, Arm>, gates: Gates): Readied {
  return (call, arm, prepare) => {
    const entered = guard('govern.gate', () => gates.before({ call, arm })) ?? 'concurrency_cap';
    if (typeof entered === 'string') return entered;
    const prepared = preparedFor(call, arms.get(arm), prepare);
    if (prepared.status === 'refused') {
      entered.unused();
      remark('shadow.refused', `${arm} of ${experiment} skips calls, ${prepared.reason}: ${prepared.detail}`);
      return prepared.reason;
    }
    const { shadow } = prepared;
    const given = guard('govern.gate', () => gates.made({ call, arm, shadow })) ?? 'concurrency_cap';
    if (typeof given === 'string') {
      entered.unused();
      return given;
    }
    return { arm, shadow, permit: both([entered, given]) };
  };
}

function preparedFor(call: Call, arm: Arm | undefined, prepare: Prepare): Prepared {
  const prepared = arm === undefined ? undefined : guard('shadow.prepare', () => prepare(call, arm));
  return prepared ?? { status: 'refused', reason: 'untranslatable', detail: 'a failure of ours, or of a transform' };
}
