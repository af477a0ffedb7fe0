import { z } from 'zod';
import { DEFAULTS } from './defaults.js';
import type { JudgeDefinition, JudgeDialect, JudgeModel, JudgeShape } from './judging.js';
import { baseUrlShape, secretShape } from './shapes.js';
import { strict } from './strict.js';

const { judge } = DEFAULTS;
const label = z.string().min(1).max(256);
const share = z.number().gt(0).max(1);
const unit = z.number().min(0).max(1);
const dialect = z.enum(['openai', 'anthropic']) satisfies z.ZodType<JudgeDialect>;
const mode = z.enum(['reasoned', 'token']);
const tokens = z.int().min(1).max(100_000);
const DAY_MS = 86_400_000;
const deadline = z
  .int()
  .min(1)
  .max(30 * DAY_MS);
const strata = z.array(strict({ below: share, rate: share })).max(20);
const count = z.int().min(20).max(10_000);

const member = {
  dialect: dialect.optional(),
  baseUrl: baseUrlShape.optional(),
  apiKey: secretShape.nullable().optional(),
};
const model = strict({ model: label, ...member });
const step = strict({ model: label, ...member, enough: unit.optional() });

/** The shape of `judge`. */
export const judgeShape: z.ZodType<JudgeShape> = strict({
  model: label.optional(),
  ...member,
  jury: z.array(model).min(2).max(9).optional(),
  cascade: z.array(step).min(2).max(5).optional(),
  rubric: label.default(judge.rubric),
  version: label.nullable().default(judge.version),
  mode: mode.default(judge.mode),
  maxTokens: tokens.default(judge.maxTokens),
  rate: share.default(judge.rate),
  strata: strata.default([]),
  piMin: share.optional(),
  force: z.boolean().default(judge.force),
  canaries: strict({ count: count.default(judge.canaries.count), rate: unit.default(judge.canaries.rate) }).prefault(
    {},
  ),
  labels: strict({
    rate: unit.default(judge.labels.rate),
    deadlineMs: deadline.default(judge.labels.deadlineMs),
  }).prefault({}),
  deadlineMs: deadline.default(judge.deadlineMs),
  concurrency: z.int().min(1).max(256).default(judge.concurrency),
  perMinute: z.int().min(1).max(1e6).nullable().default(judge.perMinute),
  usdPerHour: z.number().positive().max(1e6).nullable().default(judge.usdPerHour),
  timeoutMs: z.int().min(1).max(600_000).default(judge.timeoutMs),
}) as unknown as z.ZodType<JudgeShape>;

const definedModel = strict({
  model: label,
  dialect,
  baseUrl: baseUrlShape,
  apiKey: secretShape.nullable(),
  enough: unit.nullable(),
}) satisfies z.ZodType<JudgeModel>;

/** The shape of the judge of an announced run. */
export const judgeDefinitionShape: z.ZodType<JudgeDefinition> = strict({
  kind: z.enum(['one', 'jury', 'cascade']),
  models: z.array(definedModel).min(1).max(9),
  rubric: label,
  version: label.nullable(),
  mode,
  maxTokens: tokens,
  rate: share,
  strata,
  piMin: share,
  force: z.boolean(),
  canaries: strict({ count, rate: unit }),
  labels: strict({ rate: unit, deadlineMs: deadline }),
  deadlineMs: deadline,
});
