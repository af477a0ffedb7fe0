import { APICallError, type wrapLanguageModel } from 'ai';

/** The types of the AI SDK's models, which it does not export by name. */
export type LanguageModelV4 = ReturnType<typeof wrapLanguageModel>;
export type LanguageModelV4CallOptions = Parameters<LanguageModelV4['doGenerate']>[0];
type LanguageModelV4GenerateResult = Awaited<ReturnType<LanguageModelV4['doGenerate']>>;
type LanguageModelV4StreamResult = Awaited<ReturnType<LanguageModelV4['doStream']>>;
export type LanguageModelV4StreamPart =
  LanguageModelV4StreamResult['stream'] extends ReadableStream<infer StreamPart> ? StreamPart : never;
type LanguageModelV4Content = LanguageModelV4GenerateResult['content'][number];
type LanguageModelV4FinishReason = LanguageModelV4GenerateResult['finishReason'];
type LanguageModelV4Usage = LanguageModelV4GenerateResult['usage'];

const usage = (output: number): LanguageModelV4Usage => ({
  inputTokens: { total: 11, noCache: 4, cacheRead: 7, cacheWrite: undefined },
  outputTokens: { total: output, text: output - 2, reasoning: 2 },
});
const finish = (unified: LanguageModelV4FinishReason['unified']): LanguageModelV4FinishReason => ({
  unified,
  raw: `raw_${unified}`,
});

/** What a model of the tests answers. */
export type Script =
  | { readonly kind: 'says'; readonly text: string }
  | { readonly kind: 'calls'; readonly tool: string; readonly input: string }
  | { readonly kind: 'fails'; readonly status: number }
  /** An error among the parts of its stream, after the first words. */
  | { readonly kind: 'breaks' }
  /** Never says its last words. */
  | { readonly kind: 'hangs' };

/** A model in memory that plays a script, and writes down what was done with it. */
export class ScriptedModel implements LanguageModelV4 {
  readonly specificationVersion = 'v4';
  readonly provider: string;
  readonly modelId: string;
  readonly supportedUrls = {};
  /** What it was called with, in order. */
  readonly calls: LanguageModelV4CallOptions[] = [];
  /** What was done with its streams: `pull`, `cancel`. */
  readonly events: string[] = [];
  readonly #script: (options: LanguageModelV4CallOptions) => Script;

  constructor(
    modelId: string,
    script: Script | ((options: LanguageModelV4CallOptions) => Script),
    provider = 'test.chat',
  ) {
    this.modelId = modelId;
    this.provider = provider;
    this.#script = typeof script === 'function' ? script : () => script;
  }

  async doGenerate(options: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    const script = this.#begin(options);
    if (script.kind === 'hangs' || script.kind === 'breaks') return await untilAborted(options.abortSignal);
    return {
      content: contentOf(script),
      finishReason: finish(script.kind === 'calls' ? 'tool-calls' : 'stop'),
      usage: usage(9),
      response: { id: 'r-1', modelId: `${this.modelId}-2026` },
      warnings: [],
    };
  }

  async doStream(options: LanguageModelV4CallOptions): Promise<LanguageModelV4StreamResult> {
    const script = this.#begin(options);
    const parts = partsOf(script, this.modelId);
    const { events } = this;
    let stopped = false;
    const stream = new ReadableStream<LanguageModelV4StreamPart>(
      {
        start(controller) {
          options.abortSignal?.addEventListener('abort', () => {
            if (!stopped) controller.error(options.abortSignal?.reason);
            stopped = true;
          });
        },
        async pull(controller) {
          events.push('pull');
          const next = parts.shift();
          if (next !== undefined) controller.enqueue(next);
          else if (script.kind === 'hangs') await untilAborted(options.abortSignal).catch(() => undefined);
          else {
            stopped = true;
            controller.close();
          }
        },
        cancel(reason) {
          stopped = true;
          events.push(`cancel ${String(reason)}`);
        },
      },
      { highWaterMark: 0 },
    );
    return { stream };
  }

  #begin(options: LanguageModelV4CallOptions): Script {
    this.calls.push(options);
    options.abortSignal?.throwIfAborted();
    const script = this.#script(options);
    if (script.kind !== 'fails') return script;
    throw new APICallError({
      message: 'no',
      url: 'http://model.invalid',
      requestBodyValues: {},
      statusCode: script.status,
      isRetryable: script.status !== 400,
    });
  }
}

function contentOf(script: Script): LanguageModelV4Content[] {
  const thought: LanguageModelV4Content = { type: 'reasoning', text: 'hm' };
  if (script.kind === 'says') return [thought, { type: 'text', text: script.text }];
  if (script.kind !== 'calls') return [thought];
  return [thought, { type: 'tool-call', toolCallId: 'call-1', toolName: script.tool, input: script.input }];
}

function partsOf(script: Script, modelId: string): LanguageModelV4StreamPart[] {
  const opening: LanguageModelV4StreamPart[] = [
    { type: 'stream-start', warnings: [] },
    { type: 'response-metadata', id: 'r-1', modelId: `${modelId}-2026` },
    { type: 'reasoning-start', id: '0' },
    { type: 'reasoning-delta', id: '0', delta: 'hm' },
    { type: 'reasoning-end', id: '0' },
  ];
  const text = script.kind === 'says' ? script.text : 'The first words and ';
  const words: LanguageModelV4StreamPart[] = [
    { type: 'text-start', id: '1' },
    ...text.split(/(?<= )/).map((delta): LanguageModelV4StreamPart => ({ type: 'text-delta', id: '1', delta })),
  ];
  const end = (unified: 'stop' | 'tool-calls'): LanguageModelV4StreamPart => ({
    type: 'finish',
    finishReason: finish(unified),
    usage: usage(9),
  });
  switch (script.kind) {
    case 'says':
      return [...opening, ...words, { type: 'text-end', id: '1' }, end('stop')];
    case 'calls': {
      const { tool, input } = script;
      return [
        ...opening,
        { type: 'tool-input-start', id: 'call-1', toolName: tool },
        { type: 'tool-input-delta', id: 'call-1', delta: input },
        { type: 'tool-input-end', id: 'call-1' },
        { type: 'tool-call', toolCallId: 'call-1', toolName: tool, input },
        end('tool-calls'),
      ];
    }
    case 'breaks':
      return [...opening, ...words, { type: 'error', error: { type: 'overloaded_error', message: 'busy' } }];
    case 'hangs':
    case 'fails':
      return [...opening, ...words];
  }
}

async function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return await new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
