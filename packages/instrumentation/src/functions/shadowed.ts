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
/** The options, and whether each may be a text or a function. */
const OPTIONS: Readonly<Record<keyof ShadowedOptions<[], unknown>, readonly ('string' | 'function')[]>> = {
  experiment: ['string'],
  operation: ['string'],
  model: ['string', 'function'],
  provider: ['string'],
  input: ['function'],
  answer: ['function'],
  arguments: ['function'],
};

/**
 * Throws {@link ConfigurationError} with all that is wrong with options: they may come from code that is not type-checked, and a
 * wrong one must not fail in a call.
 */
export function checkShadowedOptions(options: unknown): void {
  const issues = [...issuesOf(options)];
  if (issues.length > 0) throw new ConfigurationError('options of shadowed', issues);
}

function* issuesOf(options: unknown): Iterable<string> {
  if (typeof options !== 'object' || options === null)
    return void (yield `options: expected { experiment, operation, ... }, got ${typeof options}`);
  for (const [name, value] of Object.entries(options)) {
    const allowed: readonly string[] | undefined = Object.hasOwn(OPTIONS, name)
      ? OPTIONS[name as keyof typeof OPTIONS]
      : undefined;
    if (allowed === undefined) yield `${name.slice(0, 40)}: expected only ${Object.keys(OPTIONS).join(', ')}`;
    else if (value !== undefined && !allowed.includes(typeof value))
      yield `${name}: expected a ${allowed.join(' or a ')}, got a ${typeof value}`;
  }
  const { operation } = options as { readonly operation?: unknown };
  if (typeof operation !== 'string' || !OPERATION.test(operation))
    yield 'operation: expected a word such as `classify`, got none';
}

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
