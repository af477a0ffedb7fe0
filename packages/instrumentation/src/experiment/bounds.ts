import { z } from 'zod';
import type { EmbeddingsLimits, EmbeddingsSettings } from './embeddings.js';
import type { JudgeLimits, JudgeSettings } from './judging.js';
import type { Budget, Target } from './protection.js';
import type { Sample, Window } from './sampling.js';

/**
 * What of an experiment bounds its shadowing, as the service that announces a run has it. Not hashed, since it decides when calls are
 * compared and not what is; announced, since the evaluator must know whether more evidence will come.
 */
export interface Bounds {
  readonly enabled: boolean;
  /** The configured `sample.rate`. */
  readonly rate: number;
  readonly window: Window | null;
  readonly target: Target | null;
  /** Where there is a judge: what bounds it, and the budget it shares with shadows. */
  readonly judging?: Judging;
  /** Where there are embeddings: the same of them. */
  readonly embedding?: Embedding;
  /** Where a budget declares some: what models cost, in USD a million tokens. */
  readonly prices?: Budget['prices'];
}

/** What bounds judging, and what it is paid from. */
export interface Judging extends JudgeLimits {
  /** Null: any amount. */
  readonly budget: Budget | null;
}

/** What bounds embedding, and what it is paid from. */
export interface Embedding extends EmbeddingsLimits {
  /** Null: any amount. */
  readonly budget: Budget | null;
}

const probability = z.number().min(0).max(1);
const prices = z.record(z.string(), z.object({ input: z.number().min(0), output: z.number().min(0) }));
const budget = z
  .object({
    usd: z.number().positive(),
    prices,
    maxOutputTokens: z.int().min(1),
    pace: z.boolean(),
  })
  .nullable();
const judgingShape: z.ZodType<Judging> = z.object({
  concurrency: z.int().min(1).max(256),
  perMinute: z.int().min(1).nullable(),
  usdPerHour: z.number().positive().nullable(),
  timeoutMs: z.int().min(1).max(600_000),
  budget,
});
const embeddingShape: z.ZodType<Embedding> = z.object({
  batchSize: z.int().min(1).max(256),
  concurrency: z.int().min(1).max(64),
  timeoutMs: z.int().min(1).max(600_000),
  deadlineMs: z.int().min(1).max(600_000),
  budget,
});
const epochMs = z.number().min(0).max(8.64e15);

/** What an announcement may say of them. */
export const boundsShape: z.ZodType<Bounds> = z.object({
  enabled: z.boolean(),
  rate: probability,
  window: z.object({ from: epochMs, until: epochMs }).nullable(),
  target: z.object({ pairs: z.int().min(1), afterwards: z.enum(['slow', 'stop']), rate: probability }).nullable(),
  judging: judgingShape.optional(),
  embedding: embeddingShape.optional(),
  prices: prices.optional(),
}) as unknown as z.ZodType<Bounds>;

/** The bounds of an experiment. */
export function boundsOf(
  experiment: Omit<Bounds, 'rate' | 'judging' | 'embedding' | 'prices'> & {
    readonly sample: Sample;
    readonly judge: JudgeSettings | null;
    readonly embeddings: EmbeddingsSettings | null;
    readonly budget: Budget | null;
  },
): Bounds {
  const { enabled, sample, window, target, judge, embeddings, budget: money } = experiment;
  return {
    enabled,
    rate: sample.rate,
    window,
    target,
    ...(judge !== null && { judging: judgingOf(judge, money) }),
    ...(embeddings !== null && { embedding: embeddingOf(embeddings, money) }),
    ...(money !== null && Object.keys(money.prices).length > 0 && { prices: money.prices }),
  };
}

function judgingOf({ concurrency, perMinute, usdPerHour, timeoutMs }: JudgeSettings, budget: Budget | null): Judging {
  return { concurrency, perMinute, usdPerHour, timeoutMs, budget };
}

function embeddingOf(
  { batchSize, concurrency, timeoutMs, deadlineMs }: EmbeddingsSettings,
  budgetOf: Budget | null,
): Embedding {
  return { batchSize, concurrency, timeoutMs, deadlineMs, budget: budgetOf };
}
