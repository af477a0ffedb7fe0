import { ContractError } from '@understudy/instrumentation/trial';
import { z } from 'zod';
import { BETS } from '../stats/bets.js';
import type { ArmGuard } from './guard/arm-guard.js';
import type { OrderResult } from './judgement.js';
import { CANARY_KINDS } from './trial/canary-kinds.js';
import { EMPTY_HEALTH, type JudgeHealth } from './trial/judge-health.js';
import { mergeHealth } from './trial/merge-health.js';
import type { Vigil } from './trial/vigil.js';

/** Counted up when a form below changes so that older text cannot be read as it is. */
const VERSION = 1;

const count = z.int().min(0);
/** What an older version did not count is 0. */
const countsOf = <Name extends string>(names: readonly Name[]) => z.partialRecord(z.enum(names), count);
const namesOf = <Counts extends object>(counts: Counts) => Object.keys(counts) as (keyof Counts & string)[];

const { canaries, leanings, pairs, positions, lengths, labels, calls } = EMPTY_HEALTH;
const canariesSchema = z.partialRecord(z.enum(CANARY_KINDS), countsOf(namesOf(canaries.empty)));
const modelsSchema = z.record(z.string().max(200), count);
const healthSchema = z.object({
  canaries: canariesSchema,
  beside: canariesSchema,
  leanings: countsOf(namesOf(leanings)).default({}),
  models: z.object({ trial: modelsSchema, run: modelsSchema }),
  pairs: countsOf(namesOf(pairs)),
  positions: countsOf(namesOf(positions)),
  lengths: countsOf(namesOf(lengths)),
  labels: countsOf(namesOf(labels)),
  calls: countsOf(namesOf(calls)),
  abstained: z.record(z.string().max(40), count),
});

const watchSchema = z.object({ seen: count, capital: z.array(z.number().min(0)).length(BETS) });
const vigilSchema = z.object({ sight: watchSchema, falseWins: watchSchema });

const hashes = z.int().min(0).max(0xffffffff);
const sketchSchema = z.object({ whole: hashes, lowest: z.array(hashes).max(64) });
const guardSchema = z.object({
  seen: count,
  sample: z
    .array(z.object({ pair: z.string().max(200), rank: hashes, primary: sketchSchema, shadow: sketchSchema }))
    .max(200),
});

const share = z.number().min(0).max(1);
const text = z.string().max(5_000);
const orderSchema = z.object({
  order: z.enum(['straight', 'swapped']),
  verdict: z.enum(['A', 'B', 'TIE']).nullable(),
  confidence: share,
  preference: share.nullable(),
  reasoning: text,
  reason: z
    .enum(['unauthorized', 'refused', 'redirect', 'unparseable', 'truncated', 'filtered', 'no_probabilities'])
    .nullable(),
  detail: text,
  finishReason: text.nullable(),
  model: z.string().max(200).exactOptional(),
  truncated: count,
  unparseable: count,
  calls: count,
  usage: z.object({ inputTokens: count, outputTokens: count }).nullable(),
  retryAfterMs: z.number().min(0).nullable(),
});

/** The text of something that is stored: JSON with a version. */
export function storedText(value: JudgeHealth | Vigil | ArmGuard | OrderResult): string {
  return JSON.stringify({ v: VERSION, value });
}

/** @throws ContractError for text that is not of {@link storedText}, or holds what is no count */
export function readHealth(stored: string): JudgeHealth {
  return mergeHealth(EMPTY_HEALTH, read(stored, healthSchema) as JudgeHealth);
}

/** @throws ContractError */
export function readVigil(stored: string): Vigil {
  return read(stored, vigilSchema);
}

/** @throws ContractError */
export function readArmGuard(stored: string): ArmGuard {
  return read(stored, guardSchema);
}

/** Of a memory. @throws ContractError: then the call is made again */
export function readOrderResult(stored: string): OrderResult {
  return read(stored, orderSchema);
}

function read<Value>(stored: string, schema: z.ZodType<Value>): Value {
  let value: unknown;
  try {
    value = JSON.parse(stored);
  } catch (cause) {
    throw new ContractError('encoding', 'stored by the judge: expected JSON', { cause });
  }
  const versioned = z.object({ v: z.number(), value: z.unknown() }).safeParse(value);
  if (!versioned.success || versioned.data.v !== VERSION) {
    throw new ContractError('version', `stored by the judge: expected version ${VERSION}`);
  }
  const parsed = schema.safeParse(versioned.data.value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.map(String).join('.') ?? '';
  throw new ContractError('field', `stored by the judge: ${where}: ${issue?.message ?? 'cannot be read'}`);
}
