import {
  type AnswerRead,
  type FunctionAnswer,
  isStream,
  readGiven,
  type ReadLimits,
  readResult,
} from '../capture/function-answer.js';
import type { FunctionCall, FunctionCallStart } from '../capture/function-call.js';
import { argumentsAsInput, givenInput } from '../capture/function-input.js';
import { asSpanName } from '../capture/span-privacy.js';
import { guard, raised, unpromised } from '../guard.js';
import { ATTR_GEN_AI_OPERATION_NAME, ATTR_GEN_AI_PROVIDER_NAME, ATTR_GEN_AI_REQUEST_MODEL } from '../semconv.js';
import { copyOf } from '../shadow/copy.js';
import { Broken, type FunctionShadow, Refused } from '../shadow/prepare-function.js';
import { isPlainPromise } from '../tap/plain-promise.js';
import { sendOnce } from '../tap/send-once.js';
import { AA_ARM, type Message } from '../trial/trial.js';

/** How calls of a function are read, whatever its types. */
export interface FunctionRules {
  readonly operation: string;
  readonly model?: string | ((...args: readonly unknown[]) => unknown);
  readonly provider?: string;
  readonly input?: (...args: readonly unknown[]) => unknown;
  readonly answer?: (result: unknown) => string | FunctionAnswer;
  readonly arguments?: (args: readonly unknown[], shadow: { arm: string; signal: AbortSignal }) => unknown;
}

/** A function, whatever its types. */
export type Code = (...args: readonly unknown[]) => unknown;

/** One function's calls: how each is described, followed and repeated. */
export class FunctionCalls {
  readonly #primary: Code;
  readonly #candidates: ReadonlyMap<string, Code>;
  readonly #rules: FunctionRules;
  /** What it gives back cannot be followed, as was seen once: its shadows would have nothing to be compared with. */
  #unfollowed: string | null = null;

  constructor(primary: Code, candidates: ReadonlyMap<string, Code>, rules: FunctionRules) {
    this.#primary = primary;
    this.#candidates = candidates;
    this.#rules = rules;
  }

  startOf(args: readonly unknown[]): FunctionCallStart {
    const { operation } = this.#rules;
    const model = this.#modelOf(args);
    const label = model ?? this.#primary.name;
    return {
      request: { operation, model, stream: false },
      name: label === '' ? operation : `${operation} ${label}`,
      identity: this.#identity(model),
      describe: () => ({}),
      messages: () => this.#input(args),
      resendCount: 0,
    };
  }

  #input(args: readonly unknown[]): readonly Message[] {
    const { input } = this.#rules;
    return input === undefined ? argumentsAsInput(args) : givenInput(unpromised(input(...args)));
  }

  /** @throws Refused, NotCopied */
  shadowOf(arm: string, self: unknown, args: readonly unknown[], signal: AbortSignal): FunctionShadow {
    const code = arm === AA_ARM ? this.#primary : this.#candidates.get(arm);
    if (code === undefined) throw new Refused('untranslatable', 'no function');
    if (this.#unfollowed !== null) throw new Refused('untranslatable', this.#unfollowed);
    const own: unknown = unpromised(this.#rules.arguments?.(args, { arm, signal })) ?? copyOf(args);
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
      content: () => ({ instructions: [], messages: this.#input(own), tools: [] }),
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
      this.#settle(call, result);
      return result;
    }
    return result.then(
      (value) => {
        this.#settle(call, value);
        return value;
      },
      (error: unknown) => {
        guard('function.failed', () => call.failed(error));
        throw error;
      },
    );
  }

  #settle(call: FunctionCall, result: unknown): void {
    guard('function.answered', () => this.#answered(call, result));
    // Settles once: this is for what could not even be looked at.
    call.unread('a failure of ours');
  }

  #answered(call: FunctionCall, result: unknown): void {
    this.#unfollowed ??= unfollowed(result);
    if (this.#unfollowed !== null) return call.unread(this.#unfollowed);
    const read = this.#read(result, call.reading);
    if (read === null) call.unread('the rule `answer` failed');
    else call.answered(read);
  }

  /** `null`: the user's rule failed, which says nothing of who answered. */
  #read(result: unknown, limits: ReadLimits): AnswerRead | null {
    const { answer } = this.#rules;
    if (answer === undefined || isStream(result)) return readResult(result, limits);
    try {
      const given = unpromised(answer(result));
      return readGiven(typeof given === 'string' ? { text: given } : given, limits);
    } catch (error) {
      raised('function.answer', error);
      return null;
    }
  }

  #modelOf(args: readonly unknown[]): string | null {
    const { model } = this.#rules;
    const found = typeof model === 'function' ? guard('function.model', () => model(...args)) : model;
    return typeof found === 'string' && found !== '' ? asSpanName(found) : null;
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
