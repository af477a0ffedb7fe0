import type { FunctionAnswer } from '../capture/function-answer.js';
import { ConfigurationError } from '../errors.js';
import { type Code, FunctionCalls, type FunctionRules } from './function-calls.js';
import { codeByArm, type FunctionTap } from './function-tap.js';
import { guard } from '../guard.js';
import { prepareFunction } from '../shadow/prepare-function.js';
import type { Message } from '../trial/trial.js';

/** A function that takes what the primary takes. What it gives may be of another kind: the rule `answer` then reads both. */
export type CandidateFunction<Args extends readonly unknown[], Other> = (...args: Args) => Other | PromiseLike<Other>;

/** The one candidate of the experiment, or each by its name. */
export type CandidateFunctions<Args extends readonly unknown[], Other> =
  | CandidateFunction<Args, Other>
  | Readonly<Record<string, CandidateFunction<Args, Other>>>;

/** The arguments as the primary has them: how many of them a candidate or a rule names says nothing about how many there are. */
export type ArgumentsOf<Args extends readonly unknown[]> = Args extends readonly unknown[] ? Args : never;

/** How the calls of a function are compared. The rules are called inside the primary call: they must be quick. */
export interface ShadowedOptions<Args extends readonly unknown[], Result> {
  /** The experiment its calls belong to. It sees no others, and its candidates have a `version` and nothing else. */
  readonly experiment: string;
  /** `gen_ai.operation.name`, e.g. `chat`, or a word of your own such as `classify`. */
  readonly operation: string;
  /** `gen_ai.request.model`, or how it is found in the arguments. Default: none; the span is named after the function. */
  readonly model?: string | ((...args: Args) => string | null | undefined);
  /** `gen_ai.provider.name`, e.g. `aws.bedrock`. Default: none. */
  readonly provider?: string;
  /** What was asked, as a text or as messages. Default: the arguments as JSON, at most 256 Ki characters. */
  readonly input?: (...args: Args) => string | readonly Message[];
  /** What was answered. Default: a text is itself, all else its JSON with sorted keys. */
  readonly answer?: (result: Result) => string | FunctionAnswer;
  /** Makes a shadow's arguments. Default: a deep copy; a call whose arguments cannot be copied is skipped and counted. */
  readonly arguments?: (args: Args, shadow: { readonly arm: string; readonly signal: AbortSignal }) => Args | [];
}

const OPERATION = /^[A-Za-z][\w.-]{0,63}$/;
const isFunction = (value: unknown): value is Code => typeof value === 'function';

/**
 * The primary, with its calls shown to a tap: a proxy of it, so that name, length, properties and `this` stay.
 *
 * What it gives back is what the primary gives back; a native promise is given as one derived from it, since a branch beside it would
 * count as handling a rejection. Throws {@link ConfigurationError} where the candidates are not the experiment's.
 */
export function shadowed<Args extends readonly unknown[], Result, Primary extends object>(
  tap: FunctionTap,
  primary: Primary,
  candidates: CandidateFunctions<Args, Result>,
  options: ShadowedOptions<Args, Result>,
): Primary {
  const rules = options as unknown as FunctionRules;
  if (!OPERATION.test(rules.operation)) {
    throw new ConfigurationError(`experiment ${tap.experiment}`, ['operation: expected a word such as `classify`']);
  }
  const [only] = tap.candidates;
  const given =
    isFunction(candidates) && tap.candidates.length === 1 && only !== undefined ? { [only]: candidates } : candidates;
  const codes = codeByArm(tap, given as Readonly<Record<string, unknown>>, isFunction, 'a function');
  const calls = new FunctionCalls(primary as unknown as Code, codes, rules);
  return new Proxy(primary, {
    apply(target, self: unknown, args: unknown[]): unknown {
      const send = (): unknown => Reflect.apply(target as unknown as Code, self, args);
      const call = guard('function.begin', () => {
        return tap.begin(
          calls.startOf(args),
          prepareFunction((arm, signal) => calls.shadowOf(arm.name, self, args, signal)),
        );
      });
      return call === undefined || call === null ? send() : calls.follow(call, send);
    },
  });
}
