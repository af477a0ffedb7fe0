import type { AnswerRead } from '../capture/function-answer.js';
import type { FunctionCall, FunctionCallStart } from '../capture/function-call.js';
import { isTimeout } from '../capture/failure.js';
import { resultResponse } from '../capture/provider-response.js';
import { stopOf } from '../dialect/request-content.js';
import { guard } from '../guard.js';
import { ATTR_GEN_AI_OPERATION_NAME, ATTR_GEN_AI_PROVIDER_NAME, ATTR_GEN_AI_REQUEST_MODEL } from '../semconv.js';
import { type FunctionShadow, type Progress, Refused } from '../shadow/prepare-function.js';
import { observeParts } from '../tap/observe-parts.js';
import { AA_ARM } from '../trial/trial.js';
import { AnswerReader, errorType } from './answer.js';
import { shadowOptions } from './call-options.js';
import { FileUrls } from './file-urls.js';
import { type CallOptions, type LanguageModel, providerName } from './model.js';
import { messagesOf, requestAttributes, toolsOf } from './prompt.js';

const OPERATION = 'chat';

/** How long the parts of a stream may lie unread before it counts as abandoned, in ms. */
const ABANDONED_AFTER_MS = 60_000;

/** The calls of language models: how each is described, followed and repeated. */
export class ModelCalls {
  readonly #candidates: ReadonlyMap<string, LanguageModel>;
  readonly #allowed: ReadonlySet<string>;
  readonly #urls: FileUrls;
  /** How often the call with this prompt has failed: the SDK tries it again with the very same. */
  readonly #failures = new WeakMap<object, number>();

  constructor(candidates: ReadonlyMap<string, LanguageModel>, allowed: ReadonlySet<string>) {
    this.#candidates = candidates;
    this.#allowed = allowed;
    this.#urls = new FileUrls(candidates.values());
  }

  startOf(model: LanguageModel, params: CallOptions, stream: boolean): FunctionCallStart {
    return {
      request: { operation: OPERATION, model: model.modelId, stream },
      name: `${OPERATION} ${model.modelId}`,
      identity: identityOf(model),
      describe: () => requestAttributes(params),
      messages: () => messagesOf(params),
      tools: () => toolsOf(params),
      resendCount: this.#failures.get(params.prompt) ?? 0,
    };
  }

  /** Throws `Refused` and `NotCopied`. */
  shadowOf(
    arm: string,
    incumbent: LanguageModel,
    params: CallOptions,
    stream: boolean,
    signal: AbortSignal,
  ): FunctionShadow {
    const model = arm === AA_ARM ? incumbent : this.#candidates.get(arm);
    if (model === undefined) throw new Refused('untranslatable', 'no model');
    if (arm !== AA_ARM && !this.#urls.readable(model, params)) {
      throw new Refused('untranslatable', 'a file by its URL, which the candidate does not read');
    }
    const options = shadowOptions(params, model, signal, this.#allowed);
    return {
      request: { operation: OPERATION, model: model.modelId, stream },
      attributes: identityOf(model),
      describe: () => requestAttributes(options),
      content: () => ({
        instructions: [],
        messages: messagesOf(options),
        tools: toolsOf(options),
        ...stopOf(requestAttributes(options)),
      }),
      run: async (progress) =>
        stream
          ? await streamed(await model.doStream(options as never), progress, signal)
          : new AnswerReader(progress.limits).result(await model.doGenerate(options as never)),
    };
  }

  generated(call: FunctionCall, params: CallOptions, result: unknown): void {
    guard('ai-sdk.response', () => call.responded(resultResponse(result)));
    const read = guard('ai-sdk.answered', () => new AnswerReader(call.reading).result(result));
    if (read === undefined) call.unread('a failure of ours');
    else this.#read(call, params, read);
  }

  /** Follows the primary's stream to its end. */
  streaming(call: FunctionCall, params: CallOptions, result: { readonly stream: ReadableStream<unknown> }): void {
    const { stream } = result;
    guard('ai-sdk.response', () => call.responded(resultResponse(result)));
    const reader = new AnswerReader(call.reading);
    const observed = guard('ai-sdk.observe', () => {
      observeParts(stream, {
        abandonedAfterMs: ABANDONED_AFTER_MS,
        part(value) {
          call.moved();
          reader.part(value);
          if (reader.started) call.started();
        },
        ended: () => this.#read(call, params, reader.read()),
        failed: (error) => this.failed(call, params, error),
        cancelled: () => (reader.terminal ? this.#read(call, params, reader.read()) : call.aborted()),
        abandoned: () => call.abandoned(),
      });
      return true;
    });
    if (observed !== true) call.abandoned();
  }

  failed(call: FunctionCall, params: CallOptions, error: unknown): void {
    if (params.abortSignal?.aborted === true && !isTimeout(params.abortSignal.reason)) return call.aborted();
    this.#failures.set(params.prompt, (this.#failures.get(params.prompt) ?? 0) + 1);
    call.failed(error, errorType(error));
  }

  #read(call: FunctionCall, params: CallOptions, read: AnswerRead): void {
    if (read.status !== 'fault') return call.answered(read);
    this.#failures.set(params.prompt, (this.#failures.get(params.prompt) ?? 0) + 1);
    call.failed(null, read.type);
  }
}

/** Reads a shadow's stream to its end, or until its time is over. */
async function streamed(result: unknown, progress: Progress, signal: AbortSignal): Promise<AnswerRead> {
  const answer = new AnswerReader(progress.limits);
  const reader = (result as { readonly stream: ReadableStream<unknown> }).stream.getReader();
  const stop = (): void => void guard('ai-sdk.cancel', async () => await reader.cancel(signal.reason));
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return answer.read();
      answer.part(value);
      if (answer.started) progress.started();
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function identityOf({ provider, modelId }: LanguageModel): FunctionCallStart['identity'] {
  return {
    [ATTR_GEN_AI_OPERATION_NAME]: OPERATION,
    [ATTR_GEN_AI_PROVIDER_NAME]: providerName(provider),
    [ATTR_GEN_AI_REQUEST_MODEL]: modelId,
  };
}
