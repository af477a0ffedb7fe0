import { ModelCalls } from './ai-sdk/model-calls.js';
import { type CallOptions, isLanguageModel, type LanguageModel, type LanguageModelMiddleware } from './ai-sdk/model.js';
import type { FunctionCall } from './capture/function-call.js';
import { codeByArm, type FunctionTap } from './functions/function-tap.js';
import { guard } from './guard.js';
import { errorType } from './ai-sdk/answer.js';
import { prepareFunction } from './shadow/prepare-function.js';
import { sendOnce } from './tap/send-once.js';

export type { CallOptions, LanguageModel, LanguageModelMiddleware };

/** Which models an experiment compares with the one that is wrapped. */
export interface MiddlewareOptions {
  /** The experiment that the calls belong to. It sees no others, and its candidates have a `version` and nothing else. */
  readonly experiment: string;
  /** The one candidate of the experiment, or each by its name. Models of the AI SDK, e.g. `anthropic('claude-haiku-4-5')`. */
  readonly candidates: LanguageModel | Readonly<Record<string, LanguageModel>>;
  /**
   * Options of providers that a shadow may repeat, as `provider.option`: those that are stateless and have no side effect. A call
   * with an option that is neither here nor known is skipped and counted.
   */
  readonly providerOptions?: readonly string[];
}

/** What the middleware needs of the instrumentation. */
export interface TapSource {
  functionTap(experiment: string): FunctionTap | null;
}

/**
 * A middleware for `wrapLanguageModel` of the AI SDK 7. The model's results, streams and errors are given on as they are.
 *
 * @param understudy The instrumentation; `null` (as `register` gives it where it is off) makes a middleware that does nothing.
 * @throws ConfigurationError where the candidates are not the experiment's.
 */
export function understudyMiddleware(
  understudy: TapSource | null,
  options: MiddlewareOptions,
): LanguageModelMiddleware {
  const tap = understudy?.functionTap(options.experiment) ?? null;
  if (tap === null) return { specificationVersion: 'v4' };
  const { candidates } = options;
  const [only] = tap.candidates;
  const given =
    isLanguageModel(candidates) && tap.candidates.length === 1 && only !== undefined
      ? { [only]: candidates }
      : candidates;
  const models = codeByArm(tap, given as Readonly<Record<string, unknown>>, isLanguageModel, 'a model of the AI SDK 7');
  const calls = new ModelCalls(models, new Set(options.providerOptions));

  const begin = (model: LanguageModel, params: CallOptions, stream: boolean): FunctionCall | null =>
    guard('ai-sdk.begin', () =>
      tap.begin(
        calls.startOf(model, params, stream),
        prepareFunction(({ name }, signal) => calls.shadowOf(name, model, params, stream, signal), errorType),
      ),
    ) ?? null;

  /** Calls the model, once. */
  async function follow<Result>(
    call: FunctionCall,
    params: CallOptions,
    send: () => PromiseLike<Result>,
    answered: (result: Result) => void,
  ): Promise<Result> {
    let result: Result;
    try {
      result = await sendOnce(call, send);
    } catch (error) {
      guard('ai-sdk.failed', () => calls.failed(call, params, error));
      throw error;
    }
    answered(result);
    return result;
  }

  return {
    specificationVersion: 'v4',
    async wrapGenerate({ doGenerate, params, model }) {
      const call = begin(model, params, false);
      if (call === null) return await doGenerate();
      return await follow(call, params, doGenerate, (result) => calls.generated(call, params, result));
    },
    async wrapStream({ doStream, params, model }) {
      const call = begin(model, params, true);
      if (call === null) return await doStream();
      return await follow(call, params, doStream, (result) => calls.streaming(call, params, result));
    },
  };
}
