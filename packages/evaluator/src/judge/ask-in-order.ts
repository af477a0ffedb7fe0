import type { CutPair } from './cut.js';
import { type AbstainReason, type OrderResult, scoreOf, usageOf } from './judgement.js';
import type { ModelClient, ModelReply, ModelUsage } from './model-client.js';
import { type Mode, nonceFor, type Order, promptFor } from './prompt.js';
import { parseReply, REPLY_SCHEMA, type Verdict } from './reply.js';
import type { Rubric } from './rubric.js';
import { tokenVerdict } from './token-verdict.js';

/** What is fixed for a judge, and the source of its nonces. */
export interface Asking {
  readonly client: ModelClient;
  readonly rubric: Rubric;
  readonly mode: Mode;
  /** Tokens a reply may have, and the second one after a reply that could not be read. */
  readonly maxTokens: number;
  readonly retryMaxTokens: number;
  /** A new random text for each call, of 16 characters or so. */
  readonly nonce: () => string;
}

type Ok = Extract<ModelReply, { status: 'ok' }>;
type Reading = Pick<OrderResult, 'verdict' | 'confidence' | 'preference' | 'reasoning' | 'reason'>;

/** Of a model's name, in UTF-16 code units. */
const MODEL_LENGTH = 100;

/** Whatever an endpoint says its model is, in a form that can be stored and shown. */
function nameOf(model: string): string {
  return model.slice(0, MODEL_LENGTH).replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '?');
}

/** Asks for one order, and once more with a larger cap where the reply was cut off or cannot be read. Never rejects. */
export async function askInOrder(
  pair: CutPair,
  order: Order,
  asking: Asking,
  signal?: AbortSignal,
): Promise<OrderResult> {
  const attempts: (readonly [ModelReply, Reading])[] = [];
  for (const maxTokens of asking.mode === 'token' ? [1] : [asking.maxTokens, asking.retryMaxTokens]) {
    const reply = await ask(pair, order, asking, maxTokens, signal);
    const reading = read(reply, pair, order, asking.mode);
    attempts.push([reply, reading]);
    if (reading.reason !== 'truncated' && reading.reason !== 'unparseable') break;
  }
  return resultOf(order, attempts);
}

async function ask(
  pair: CutPair,
  order: Order,
  asking: Asking,
  maxTokens: number,
  signal: AbortSignal | undefined,
): Promise<ModelReply> {
  try {
    const prompt = promptFor(pair, asking.rubric, order, asking.mode, nonceFor(pair, asking.nonce));
    const schema = asking.mode === 'token' ? null : REPLY_SCHEMA;
    return await asking.client.ask({ ...prompt, maxTokens, schema }, signal === undefined ? {} : { signal });
  } catch {
    // What a client of somebody else's throws may hold a key or a text: its message goes nowhere.
    const detail = 'the model client threw';
    return { status: 'failed', kind: 'network', detail, code: null, retryAfterMs: null };
  }
}

function read(reply: ModelReply, pair: CutPair, order: Order, mode: Mode): Reading {
  if (reply.status === 'failed') return abstention(reply.kind);
  if (reply.finish === 'filter') return abstention('filtered');
  if (mode === 'token') return readToken(reply, order);
  // A reply at its cap may hold a whole object by chance, out of an answer it was quoting.
  if (reply.finish === 'length') return abstention('truncated');
  const parsed = parseReply(reply.text, [pair.primary, pair.shadow, pair.request, pair.reference ?? '']);
  if (parsed === null) return abstention('unparseable');
  return { ...parsed, preference: scoreOf(outcomeOf(parsed.verdict, order)), reason: null };
}

function readToken(reply: Ok, order: Order): Reading {
  if (reply.tokens === undefined || reply.tokens.length === 0) return abstention('no_probabilities');
  const read = tokenVerdict(reply.tokens);
  if (read === null) return abstention('unparseable');
  const { verdict, confidence, preference } = read;
  const ofShadow = order === 'straight' ? 1 - preference : preference;
  return { verdict, confidence, preference: ofShadow, reasoning: '', reason: null };
}

/** Whose answer stood at that place. */
export function outcomeOf(verdict: Verdict, order: Order): 'primary' | 'shadow' | 'tie' {
  if (verdict === 'TIE') return 'tie';
  return (verdict === 'A') === (order === 'straight') ? 'primary' : 'shadow';
}

function abstention(reason: AbstainReason): Reading {
  return { verdict: null, confidence: 0, preference: null, reasoning: '', reason };
}

function resultOf(order: Order, attempts: readonly (readonly [ModelReply, Reading])[]): OrderResult {
  const [reply, reading] = attempts.at(-1) ?? [null, abstention('network')];
  const count = (reason: AbstainReason): number => attempts.filter(([, read]) => read.reason === reason).length;
  const usages = attempts.map(([each]): { usage: ModelUsage | null } => ({
    usage: each.status === 'ok' ? each.usage : null,
  }));
  return {
    order,
    ...reading,
    detail: reply?.status === 'failed' ? reply.detail : '',
    finishReason: reply?.status === 'ok' ? reply.finishReason : null,
    ...(reply?.status === 'ok' && reply.model !== null && { model: nameOf(reply.model) }),
    truncated: count('truncated'),
    unparseable: count('unparseable'),
    calls: attempts.length,
    usage: usages.every(({ usage }) => usage === null) ? null : usageOf(usages),
    retryAfterMs: reply?.status === 'failed' ? reply.retryAfterMs : null,
    ...(reply?.status === 'failed' && reply.unbilled === true && { unbilled: true as const }),
  };
}
