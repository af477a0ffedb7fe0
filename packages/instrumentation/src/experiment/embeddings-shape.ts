import { z } from 'zod';
import { DEFAULTS } from './defaults.js';
import type { EmbeddingsDefinition, EmbeddingsSettings } from './embeddings.js';
import { baseUrlShape, secretShape } from './shapes.js';
import { strict } from './strict.js';

const { embeddings } = DEFAULTS;
const label = z.string().min(1).max(256);
const dimensions = z.int().min(1).max(16_384).nullable();
const most10Minutes = z.int().min(1).max(600_000);

/** The shape of `embeddings`. */
export const embeddingsShape: z.ZodType<EmbeddingsSettings> = strict({
  model: label,
  baseUrl: baseUrlShape.default(embeddings.baseUrl),
  apiKey: secretShape.nullable().default(embeddings.apiKey),
  dimensions: dimensions.default(embeddings.dimensions),
  batchSize: z.int().min(1).max(256).default(embeddings.batchSize),
  concurrency: z.int().min(1).max(64).default(embeddings.concurrency),
  timeoutMs: most10Minutes.default(embeddings.timeoutMs),
  deadlineMs: most10Minutes.default(embeddings.deadlineMs),
});

/** The shape of the embeddings of an announced run. */
export const embeddingsDefinitionShape: z.ZodType<EmbeddingsDefinition> = strict({
  model: label,
  baseUrl: baseUrlShape,
  apiKey: secretShape.nullable(),
  dimensions,
});
