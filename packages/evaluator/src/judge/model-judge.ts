import { createHash, randomBytes } from 'node:crypto';
import { canonicalJson, ConfigurationError } from '@understudy/instrumentation/experiment';
import { TEXT_LIMITS, type TextLimits } from './cut.js';
import type { Judge } from './judge.js';
import { judgePair } from './judge-pair.js';
import type { ModelClient } from './model-client.js';
import { type Mode, promptFor } from './prompt.js';
import { type Rubric, rubricHash } from './rubric.js';

export interface ModelJudgeOptions {
  /** Default `reasoned`. `token`: one letter with its log-probabilities, at OpenAI-compatible endpoints that give them. */
  readonly mode?: Mode;
  /** Tokens of a reply. Default 1,024; a model that thinks first needs more. */
  readonly maxTokens?: number;
  /** Tokens of the second reply, after one that stopped at the cap or could not be read. Default four times `maxTokens`. */
  readonly retryMaxTokens?: number;
  /** In UTF-16 code units. Default 16,000 each. */
  readonly limits?: Partial<TextLimits>;
  /** Randomness for the fences, one text a call. Default: 64 bits from the system. */
  readonly nonce?: () => string;
}

const MAX_TOKENS = 1_024;
/** Counted up when the prompt or the reading of replies changes: judgements before and after are not of one judge. */
const PROMPT_VERSION = 1;

/** One model with one rubric. @throws ConfigurationError for an option out of range. */
export function createModelJudge(client: ModelClient, rubric: Rubric, options: ModelJudgeOptions = {}): Judge {
  const { mode = 'reasoned', maxTokens = MAX_TOKENS, nonce = () => randomBytes(8).toString('hex') } = options;
  const { retryMaxTokens = 4 * maxTokens } = options;
  const limits: TextLimits = { ...TEXT_LIMITS, ...options.limits };
  check({ maxTokens, retryMaxTokens, ...limits });
  const { provider, model } = client.identity;
  const decides = { provider, model, rubric: rubricHash(rubric), mode, maxTokens, retryMaxTokens, limits };
  const hash = hashOf({ v: PROMPT_VERSION, ...decides });
  const asking = { client, rubric, mode, maxTokens, retryMaxTokens, nonce, limits, hash };
  return {
    name: `${rubric.name} by ${model}`,
    hash,
    models: [client.identity],
    limits,
    most: mostOf(rubric, mode, limits, mode === 'token' ? [1] : [maxTokens, retryMaxTokens]),
    judge: (pair, context) => judgePair(pair, asking, context),
  };
}

/** 16 hex digits of the SHA-256 of what decides. */
export function hashOf(decides: unknown): string {
  return createHash('sha256').update(canonicalJson(decides)).digest('hex').slice(0, 16);
}

function mostOf(rubric: Rubric, mode: Mode, limits: TextLimits, caps: readonly number[]): Judge['most'] {
  const empty = { request: '', primary: '', shadow: '', reference: '', cut: ['request' as const] };
  const { system, user } = promptFor(empty, rubric, 'straight', mode, 'n'.repeat(16));
  const notes = 4 * 60;
  const once = system.length + user.length + limits.request + limits.reference + 2 * limits.answer + notes;
  const calls = 2 * caps.length;
  return { calls, inputLength: calls * once, outputTokens: 2 * caps.reduce((sum, cap) => sum + cap, 0) };
}

function check(numbers: Readonly<Record<string, number>>): void {
  const wrong = Object.entries(numbers).filter(([, value]) => !(Number.isSafeInteger(value) && value >= 1));
  if (wrong.length === 0) return;
  throw new ConfigurationError(
    'judge',
    wrong.map(([name, value]) => `${name}: expected an integer from 1, got ${value}`),
  );
}
