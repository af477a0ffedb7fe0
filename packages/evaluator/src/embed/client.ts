import type { ModelFailure, ModelIdentity } from '../judge/model-client.js';
import { type ClientOptions, endpointOf } from '../judge/client/endpoint.js';
import { exchange, failed } from '../judge/client/exchange.js';
import { roundedVector, type Vector } from '../score/vector.js';

/** A model that turns texts into vectors. */
export interface EmbeddingClient {
  readonly identity: ModelIdentity;
  /** Never rejects. One vector a text, in their order. */
  embed(texts: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<EmbeddingReply>;
}

export type EmbeddingReply =
  | {
      readonly status: 'ok';
      readonly vectors: readonly Vector[];
      /** As the provider counted them; null where it did not. */
      readonly inputTokens: number | null;
    }
  | ModelFailure;

/** 256 vectors of 3,072 numbers as JSON are 17 MB. */
const LONGEST_BODY = 32 << 20;

/**
 * A client of any endpoint that speaks OpenAI's `/embeddings`.
 *
 * @param options.baseUrl with the version, such as `https://api.openai.com/v1` @param options.dimensions null: as many as the model gives
 * @throws ConfigurationError
 */
export function createEmbeddingClient(
  options: ClientOptions & { readonly dimensions: number | null },
): EmbeddingClient {
  const { model, dimensions } = options;
  const endpoint = endpointOf(options, '/embeddings', 'embeddings');
  const headers: Readonly<Record<string, string>> =
    endpoint.secret === '' ? {} : { authorization: `Bearer ${endpoint.secret}` };
  return {
    identity: { provider: endpoint.provider, model },
    async embed(texts, { signal } = {}) {
      const body = { model, input: texts, ...(dimensions !== null && { dimensions }) };
      const reply = await exchange({ ...endpoint, headers, longestBody: LONGEST_BODY }, body, signal);
      if (reply.status === 'ok') return vectorsIn(reply.body, texts.length, dimensions);
      const { said: _said, ...failure } = reply;
      return failure;
    },
  };
}

function vectorsIn(body: unknown, count: number, dimensions: number | null): EmbeddingReply {
  const { data, usage } = fieldsOf(body);
  if (!Array.isArray(data)) return garbage('the answer holds no embeddings');
  if (data.length !== count) return garbage(`expected ${count} embeddings, got ${data.length}`);
  const vectors: (Vector | undefined)[] = Array.from({ length: count });
  for (const [at, item] of data.entries()) {
    const { embedding, index = at } = fieldsOf(item);
    const vector = isNumbers(embedding) ? roundedVector(embedding) : null;
    if (vector === null) return garbage('an embedding is no list of numbers that has a direction');
    const wanted = dimensions ?? vectors.find((one) => one !== undefined)?.length ?? vector.length;
    if (vector.length !== wanted) return garbage(`expected ${wanted} dimensions, got ${vector.length}`);
    if (typeof index !== 'number' || !(index in vectors) || vectors[index] !== undefined)
      return garbage('the embeddings are not numbered as the texts are');
    vectors[index] = vector;
  }
  const tokens = fieldsOf(usage)['prompt_tokens'];
  // What is no count is unknown: it would be paid for as one.
  const inputTokens = Number.isSafeInteger(tokens) && (tokens as number) >= 0 ? (tokens as number) : null;
  return { status: 'ok', vectors: vectors as readonly Vector[], inputTokens };
}

function garbage(detail: string): EmbeddingReply {
  const { said: _said, ...failure } = failed('garbage', detail);
  return failure;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'number');
}
