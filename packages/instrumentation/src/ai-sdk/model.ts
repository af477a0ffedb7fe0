/**
 * What is asked of the AI SDK's types, by their shape: this package depends on no version of it. The names are those of
 * `LanguageModelV4` in `@ai-sdk/provider` 4, without their prefix.
 */
export interface LanguageModel {
  readonly specificationVersion: 'v4';
  readonly provider: string;
  readonly modelId: string;
  readonly supportedUrls: unknown;
  doGenerate(options: never): PromiseLike<unknown>;
  doStream(options: never): PromiseLike<unknown>;
}

/** What a model is called with. */
export interface CallOptions {
  readonly prompt: readonly unknown[];
  readonly tools?: readonly unknown[] | undefined;
  readonly abortSignal?: AbortSignal | undefined;
  readonly providerOptions?: unknown;
  readonly responseFormat?: { readonly type: string } | undefined;
}

/** A middleware as `wrapLanguageModel` takes it: it gives what the model gives. */
export interface LanguageModelMiddleware {
  readonly specificationVersion: 'v4';
  wrapGenerate?<Result>(call: {
    doGenerate: () => PromiseLike<Result>;
    params: CallOptions;
    model: LanguageModel;
  }): PromiseLike<Result>;
  wrapStream?<Result extends { readonly stream: ReadableStream<unknown> }>(call: {
    doStream: () => PromiseLike<Result>;
    params: CallOptions;
    model: LanguageModel;
  }): PromiseLike<Result>;
}

/** Whether this is a model of the AI SDK 7, and not the name of one. */
export function isLanguageModel(value: unknown): value is LanguageModel {
  if (typeof value !== 'object' || value === null) return false;
  return (
    Reflect.get(value, 'specificationVersion') === 'v4' &&
    typeof Reflect.get(value, 'doGenerate') === 'function' &&
    typeof Reflect.get(value, 'doStream') === 'function'
  );
}

/** How the SDK's providers begin their names, and what the conventions call them. The longer of two comes first. */
const PROVIDERS: readonly (readonly [prefix: string, name: string])[] = [
  ['google.vertex', 'gcp.vertex_ai'],
  ['google-vertex', 'gcp.vertex_ai'],
  ['google', 'gcp.gemini'],
  ['amazon-bedrock', 'aws.bedrock'],
  ['bedrock', 'aws.bedrock'],
  ['azure', 'azure.ai.openai'],
  ['mistral', 'mistral_ai'],
  ['xai', 'x_ai'],
];

/** `gen_ai.provider.name`: of `openai.responses` it is `openai`. */
export function providerName(provider: string): string {
  const known = PROVIDERS.find(
    ([prefix]) => provider.startsWith(prefix) && [undefined, '.', '-'].includes(provider[prefix.length]),
  );
  return known?.[1] ?? provider.split('.', 1)[0] ?? provider;
}
