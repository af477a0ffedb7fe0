import { z } from 'zod';
import { boundsShape } from '../experiment/bounds.js';
import { TRIAL_VERSION } from './trial.js';

const MAX_NAME = 256;

const hex = (digits: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`), `expected ${digits} lower-case hex digits`);
const name = z.string().min(1).max(MAX_NAME);
const count = z.int().nonnegative();
/** Legs of one slice: a number that no service reaches is a broken one, and would end every sum it is part of. */
const legCount = z.int().nonnegative().max(1e9);
const duration = z.number().nonnegative();
const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/, 'expected a UUIDv7');
const arm = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'expected an arm name');
const reasons = z.record(z.string().regex(/^[a-z][a-z_]{0,63}$/), legCount);
const probability = z.number().gt(0).lte(1);
const epochMs = z.number().positive().lt(8.64e15);

const span = z.object({ traceId: hex(32), spanId: hex(16) }).nullable();

const part = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), content: z.string() }),
  z.object({ type: z.literal('refusal'), content: z.string() }),
  z.object({ type: z.literal('tool_call'), id: z.string().nullable(), name: z.string(), arguments: z.string() }),
  z.object({ type: z.literal('tool_call_response'), id: z.string().nullable(), response: z.string() }),
  z.object({ type: z.literal('other'), kind: z.string() }),
]);

const keyedHash = hex(32);
const compared = z.object({
  length: count,
  raw: keyedHash,
  normalised: keyedHash,
  json: keyedHash.nullable(),
  tokens: z.array(count),
});
const partFeatures = z.object({
  type: z.enum(['text', 'refusal', 'tool_call', 'tool_call_response', 'other']),
  length: count,
  headings: count,
  items: count,
  fences: count,
  tables: count.optional(),
  keys: z.array(keyedHash).nullable(),
  name: keyedHash.optional(),
});

const content = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), messages: z.array(z.object({ role: z.string(), parts: z.array(part) })) }),
  z.object({
    kind: z.literal('features'),
    compared: compared.nullable(),
    messages: z.array(z.object({ role: z.string(), parts: z.array(partFeatures) })),
  }),
  z.object({ kind: z.literal('none') }),
]);

const usage = z.object({
  inputTokens: count.optional(),
  outputTokens: count.optional(),
  cachedInputTokens: count.optional(),
  cacheCreationInputTokens: count.optional(),
  reasoningTokens: count.optional(),
});

const ok = z.object({
  status: z.literal('ok'),
  answer: content,
  finish: z.string().nullable(),
  usage: usage.nullable(),
  durationMs: duration,
  firstChunkMs: duration.optional(),
  model: z.string().nullable(),
  span,
});
const error = z.object({ status: z.literal('error'), type: name, durationMs: duration, span });
const aborted = z.object({ status: z.literal('aborted'), afterMs: duration, span });
const missing = z.object({ status: z.literal('missing'), reason: name });
const pairId = z.object({ pairId: uuid });

const leg = z.discriminatedUnion('status', [ok, error, aborted, missing]);
const trialLeg = z.discriminatedUnion('status', [
  ok.extend(pairId.shape),
  error.extend(pairId.shape),
  aborted.extend(pairId.shape),
  missing.extend(pairId.shape),
]);

const asked = z.object({
  output: z.object({ type: z.literal('json'), schema: z.string().optional() }).optional(),
  tools: z.array(z.object({ name: z.string(), parameters: z.string().optional() })).optional(),
});

const trial = z.object({
  v: z.literal(TRIAL_VERSION),
  callId: uuid,
  run: hex(16),
  producer: name,
  segment: name,
  cluster: hex(16),
  subject: hex(32).optional(),
  erased: z.literal(true).optional(),
  pi: probability,
  operation: name,
  stream: z.boolean(),
  startedAt: epochMs,
  input: content,
  turns: count.optional(),
  asked: asked.optional(),
  primary: leg,
  legs: z.record(arm, trialLeg).refine((legs) => Object.keys(legs).length > 0, 'expected at least one leg'),
});

const sliceCount = z.object({
  run: hex(16),
  slice: count,
  segment: name,
  arm,
  pi: probability,
  eligible: legCount,
  sampled: legCount,
  skipped: reasons,
  admitted: legCount,
  published: legCount,
  dropped: reasons,
  final: z.boolean(),
});

const drawCount = z.object({ run: hex(16), pi: probability, draws: legCount, drawn: legCount });

const MOST_MISCONFIGURED = 1024;
/** Its `cause` may be one that a newer producer knows. */
const misconfigured = z.object({
  cause: z.string().regex(/^[a-z][a-z_]{0,63}$/),
  experiment: name.nullable(),
  count: legCount,
  found: z.string().max(1000),
});
/** Advice beside the evidence: what of it is unreadable is left out, and no trial is lost for it. */
const misconfigurations = z
  .array(z.unknown())
  .catch([])
  .transform((all) =>
    all.slice(0, MOST_MISCONFIGURED).flatMap((one) => {
      const { success, data } = misconfigured.safeParse(one);
      return success ? [data] : [];
    }),
  );

const announcement = z.object({
  run: hex(16),
  experiment: name,
  definition: z.unknown(),
  bounds: boundsShape.optional(),
});

const batch = z.object({
  v: z.literal(TRIAL_VERSION),
  producer: z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,63}$/, 'expected letters and digits'),
  seq: count,
  startedAt: epochMs,
  sentAt: epochMs,
  watermark: epochMs,
  final: z.boolean(),
  runs: z.array(announcement),
  totals: z.object({ admitted: count, published: count, dropped: count }),
  draws: z.array(drawCount).optional(),
  slices: z.array(sliceCount),
  misconfigured: misconfigurations.optional(),
  trials: z.array(trial),
});

interface Checked {
  readonly success: boolean;
  readonly data?: unknown;
  readonly issues: readonly string[];
}

function check(schema: z.ZodType, value: unknown): Checked {
  const result = schema.safeParse(value);
  if (result.success) return { success: true, data: result.data, issues: [] };
  return {
    success: false,
    issues: result.error.issues.map(
      (issue) =>
        `${issue.path.map(String).join('.') || 'value'}: ${issue.message.replace(/^(?:Invalid input|Too small|Too big): /, '')}`,
    ),
  };
}

/** Checks a parsed batch, field by field. Keys that are not of the contract are left out of `data`. */
export function checkBatch(value: unknown): Checked {
  return check(batch, value);
}

/** Checks a parsed trial, field by field. */
export function checkTrial(value: unknown): Checked {
  return check(trial, value);
}
