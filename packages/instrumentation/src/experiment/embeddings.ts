import type { SecretReference } from './named-secret.js';

/** The model that turns answers into vectors, as far as it decides: a part of the run. */
export interface EmbeddingsDefinition {
  readonly model: string;
  /** With the version, as OpenAI's SDK takes it: `/embeddings` is asked below it. */
  readonly baseUrl: string;
  /** Read by the evaluator, never by a service; null for a server that wants none. */
  readonly apiKey: SecretReference | null;
  /** Numbers of a vector, asked for and checked; null: as many as the model gives. */
  readonly dimensions: number | null;
}

/** What bounds embedding: no part of the run. */
export interface EmbeddingsLimits {
  /** Texts of one request. */
  readonly batchSize: number;
  /** Requests at once, of one evaluator. */
  readonly concurrency: number;
  /** For one request. */
  readonly timeoutMs: number;
  /** How long the pairs of a batch wait for their vectors, however often it is tried; then the score is null. */
  readonly deadlineMs: number;
}

/** The embeddings of an experiment, every default resolved. */
export interface EmbeddingsSettings extends EmbeddingsDefinition, EmbeddingsLimits {}

/** Embeddings as people write them. */
export type EmbeddingsInput = Pick<EmbeddingsSettings, 'model'> & Partial<EmbeddingsSettings>;
