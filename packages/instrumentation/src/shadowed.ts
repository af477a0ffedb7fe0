import type { FunctionCall, FunctionCallStart } from './capture/function-call.js';
import { type AnswerRead, type FunctionAnswer, isStream, readGiven, readResult } from './capture/function-answer.js';
import type { ReadLimits } from './capture/function-answer.js';
import { argumentsAsInput, givenInput } from './capture/function-input.js';
import { ConfigurationError } from './errors.js';
import { codeByArm, type FunctionTap } from './function-tap.js';
import { guard, raised } from './guard.js';
import { ATTR_GEN_AI_OPERATION_NAME, ATTR_GEN_AI_PROVIDER_NAME, ATTR_GEN_AI_REQUEST_MODEL } from './semconv.js';
import { copyOf } from './shadow/copy.js';
import { Broken, type FunctionShadow, prepareFunction, Refused } from './shadow/prepare-function.js';
import { isPlainPromise } from './tap/plain-promise.js';
import { sendOnce } from './tap/send-once.js';
import { AA_ARM, type Message } from './trial/trial.js';

/** Any function, whatever it takes. */
export type AnyFunction = (this: never, ...args: never[]) => unknown;

/** A function that takes what the primary takes. What it gives may be of another kind: the rule `answer` then reads both. */
export type CandidateFunction<Primary extends AnyFunction, Other> = (
  this: ThisParameterType<Primary>,
  ...args: Parameters<Primary>
) => Other | PromiseLike<Other>;

/** The one candidate of the experiment, or each by its name. */
export type CandidateFunctions<Primary extends AnyFunction, Other> =
  | CandidateFunction<Primary, Other>
  | Readonly<Record<string, CandidateFunction<Primary, Other>>>;

/** How the calls of a function are compared. The rules are called inside the primary call: they must be quick. */
export interface ShadowedOptions<Primary extends AnyFunction, Other> {
  /** The experiment its calls belong to. It sees no others, and its candidates have a `version` and nothing else. */
  readonly experiment: string;
  /** `gen_ai.operation.name`, e.g. `chat`, or a word of your own such as `classify`. */
  readonly operation: string;
  /** `gen_ai.request.model`, or how it is found in the arguments. Default: none; the span is named after the function. */
  readonly model?: string | ((...args: Parameters<Primary>) => string | null | undefined);
  /** `gen_ai.provider.name`, e.g. `aws.bedrock`. Default: none. */
  readonly provider?: string;
  /** What was asked, as a text or as messages. Default: the arguments as JSON, at most 256 Ki characters. */
  readonly input?: (...args: Parameters<Primary>) => string | readonly Message[];
  /** What was answered. Default: a text is itself, all else its JSON with sorted keys. */
  readonly answer?: (result: Awaited<ReturnType<Primary>> | Other) => string | FunctionAnswer;
  /** Makes a shadow's arguments. Default: a deep copy; a call whose arguments cannot be copied is skipped and counted. */
  readonly arguments?: (
    args: Parameters<Primary>,
    shadow: { readonly arm: string; readonly signal: AbortSignal },
  ) => Parameters<Primary>;
}

/** The same with its types left behind. */
interface Rules {
  readonly operation: string;
  readonly model?: string | ((...args: readonly unknown[]) => unknown);
  readonly provider?: string;
  readonly input?: (...args: readonly unknown[]) => unknown;
  readonly answer?: (result: unknown) => string | FunctionAnswer;
  readonly arguments?: (args: readonly unknown[], shadow: { arm: string; signal: AbortSignal }) => unknown;
}

type Code = (...args: readonly unknown[]) => unknown;

const OPERATION = /^[A-Za-z][\w.-]{0,63}$/;
const isFunction = (value: unknown): value is Code => typeof value === 'function';

/**
 * The primary, with its calls shown to a tap: a proxy of it, so that name, length, properties and `this` stay.
 *
 * What it gives back is what the primary gives back; a native promise is given as one derived from it, since a branch beside it would
 * count as handling a rejection. Throws {@link ConfigurationError} where the candidates are not the experiment's.
 */
export function shadowed<Primary extends AnyFunction, Other>(
  tap: FunctionTap,
  primary: Primary,
  candidates: CandidateFunctions<Primary, Other>,
  options: ShadowedOptions<Primary, Other>,
): Primary {
  const rules = options as unknown as Rules;
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

/** One function's calls: how each is described, followed and repeated. */
class FunctionCalls {
  readonly #primary: Code;
  readonly #candidates: ReadonlyMap<string, Code>;
  readonly #rules: Rules;
  /** What it gives back cannot be followed, as was seen once: its shadows would have nothing to be compared with. */
  #unfollowed: string | null = null;

  constructor(primary: Code, candidates: ReadonlyMap<string, Code>, rules: Rules) {
    this.#primary = primary;
    this.#candidates = candidates;
    this.#rules = rules;
  }

  startOf(args: readonly unknown[]): FunctionCallStart {
    const { operation, input } = this.#rules;
    const model = this.#modelOf(args);
    const label = model ?? this.#primary.name;
    return {
      request: { operation, model, stream: false },
      name: label === '' ? operation : `${operation} ${label}`,
      identity: this.#identity(model),
      describe: () => ({}),
      messages: () => (input === undefined ? argumentsAsInput(args) : givenInput(input(...args))),
      resendCount: 0,
    };
  }

  /** @throws Refused, NotCopied */
  shadowOf(arm: string, self: unknown, args: readonly unknown[], signal: AbortSignal): FunctionShadow {
    const code = arm === AA_ARM ? this.#primary : this.#candidates.get(arm);
    if (code === undefined) throw new Refused('untranslatable', 'no function');
    if (this.#unfollowed !== null) throw new Refused('untranslatable', this.#unfollowed);
    const own: unknown = this.#rules.arguments?.(args, { arm, signal }) ?? copyOf(args);
    if (!Array.isArray(own)) throw new Refused('untranslatable', 'a rule `arguments` that gives no list');
    const model = arm === AA_ARM ? this.#modelOf(args) : null;
    return {
      request: {
        operation: this.#rules.operation,
        model: model ?? (code.name === '' ? arm : code.name),
        stream: false,
      },
      attributes: this.#identity(model),
      describe: () => ({}),
      run: async ({ limits }) => {
        const result: unknown = await Reflect.apply(code, self, own);
        const read = this.#read(result, limits);
        if (read === null) throw new Broken('the rule `answer` failed');
        return read;
      },
    };
  }

  follow(call: FunctionCall, send: () => unknown): unknown {
    let result: unknown;
    try {
      result = sendOnce(call, send);
    } catch (error) {
      guard('function.failed', () => call.failed(error));
      throw error;
    }
    if (!isPlainPromise(result)) {
      guard('function.answered', () => this.#answered(call, result));
      return result;
    }
    return result.then(
      (value) => {
        guard('function.answered', () => this.#answered(call, value));
        return value;
      },
      (error: unknown) => {
        guard('function.failed', () => call.failed(error));
        throw error;
      },
    );
  }

  #answered(call: FunctionCall, result: unknown): void {
    this.#unfollowed ??= unfollowed(result);
    if (this.#unfollowed !== null) return call.unread(this.#unfollowed);
    if (!call.wanted) return call.answered(null);
    const read = this.#read(result, call.reading);
    if (read === null) call.unread('the rule `answer` failed');
    else call.answered(read);
  }

  /** `null`: the user's rule failed, which says nothing of who answered. */
  #read(result: unknown, limits: ReadLimits): AnswerRead | null {
    const { answer } = this.#rules;
    if (answer === undefined || isStream(result)) return readResult(result, limits);
    try {
      const given = answer(result);
      return readGiven(typeof given === 'string' ? { text: given } : given, limits);
    } catch (error) {
      raised('function.answer', error);
      return null;
    }
  }

  #modelOf(args: readonly unknown[]): string | null {
    const { model } = this.#rules;
    const found = typeof model === 'function' ? guard('function.model', () => model(...args)) : model;
    return typeof found === 'string' && found !== '' && found.length <= 256 ? found : null;
  }

  #identity(model: string | null): FunctionCallStart['identity'] {
    const { operation, provider } = this.#rules;
    return {
      [ATTR_GEN_AI_OPERATION_NAME]: operation,
      ...(provider !== undefined && { [ATTR_GEN_AI_PROVIDER_NAME]: provider }),
      ...(model !== null && { [ATTR_GEN_AI_REQUEST_MODEL]: model }),
    };
  }
}

/** What is given on as it is, and not looked at. */
function unfollowed(result: unknown): string | null {
  if (isStream(result)) return 'the function gives a stream or an iterator';
  if (typeof result !== 'object' || result === null || typeof Reflect.get(result, 'then') !== 'function') return null;
  return 'the function gives a promise with methods of its own: wrap it in an async function';
}
