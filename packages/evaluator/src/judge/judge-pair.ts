import { createHash } from 'node:crypto';
import { askInOrder, type Asking, outcomeOf } from './ask-in-order.js';
import { type CutPair, cutPair, type TextLimits } from './cut.js';
import type { JudgeContext, JudgeMemory } from './judge.js';
import { isExactMatch, type JudgedPair } from './judged-pair.js';
import { type AbstainReason, type Judgement, NO_USAGE, type OrderResult, scoreOf, usageOf } from './judgement.js';
import { canRetry, type FailureKind } from './model-client.js';
import type { Order } from './prompt.js';

/** What {@link judgePair} needs beside the pair. */
export interface PairAsking extends Asking {
  /** Of the judge: names its judgements and their place in the memory. */
  readonly hash: string;
  readonly limits: TextLimits;
}

/**
 * Judges one pair by one model: both orders, one after the other; a pair whose first order has no verdict is not asked about again.
 *
 * Both orders must name the same answer, otherwise it is a tie. Equal answers are a tie without a call. Without a verdict in
 * either order the judge abstains. Never rejects.
 */
export async function judgePair(pair: JudgedPair, asking: PairAsking, context: JudgeContext = {}): Promise<Judgement> {
  if (context.askAboutEqual !== true && isExactMatch(pair)) return exact(asking.hash);
  const cut = cutPair(pair, asking.limits);
  const orders: OrderResult[] = [];
  for (const order of ['straight', 'swapped'] as const) {
    const result = await remembered(cut, order, asking, context);
    orders.push(result);
    if (result.verdict === null) break;
  }
  return judgementOf(orders, cut, asking.hash);
}

/** A judgement where there is nothing to ask: `no_text`, or a pair that a guard kept back. */
export function abstained(judge: string, reason: AbstainReason, detail: string = ''): Judgement {
  const nothing = { orders: [], cut: [], calls: 0, usage: NO_USAGE, members: [] };
  return { status: 'abstained', judge, reason, detail, retryable: false, retryAfterMs: null, ...nothing };
}

function judgementOf(orders: readonly OrderResult[], { cut }: CutPair, judge: string): Judgement {
  const calls = orders.reduce((sum, one) => sum + one.calls, 0);
  const common = { judge, orders, cut, calls, usage: usageOf(orders), members: [] };
  const [first, second] = orders;
  const failed = orders.find((one) => one.verdict === null);
  if (first === undefined || second === undefined || first.verdict === null || second.verdict === null) {
    const reason = failed?.reason ?? 'network';
    const { detail = '', retryAfterMs = null } = failed ?? {};
    return { status: 'abstained', ...common, reason, detail, retryable: isRetryable(reason), retryAfterMs };
  }
  const named = outcomeOf(first.verdict, first.order);
  const agreed = named === outcomeOf(second.verdict, second.order);
  const outcome = agreed ? named : 'tie';
  return {
    status: 'judged',
    ...common,
    outcome,
    score: scoreOf(outcome),
    how: agreed ? 'agreed' : 'disagreed',
    confidence: agreed ? Math.min(first.confidence, second.confidence) : 0,
    preference: ((first.preference ?? 0.5) + (second.preference ?? 0.5)) / 2,
  };
}

function exact(judge: string): Judgement {
  const nothing = { orders: [], cut: [], calls: 0, usage: NO_USAGE, members: [] };
  return {
    status: 'judged',
    judge,
    outcome: 'tie',
    score: 0.5,
    how: 'exact',
    confidence: 1,
    preference: 0.5,
    ...nothing,
  };
}

const OURS: readonly AbstainReason[] = [
  'unparseable',
  'truncated',
  'filtered',
  'no_probabilities',
  'no_quorum',
  'quarantined',
  'no_text',
];

/** What the model said is final, since it has been asked twice; whether a failure is, its kind says. */
function isRetryable(reason: AbstainReason): boolean {
  return !OURS.includes(reason) && canRetry(reason as FailureKind);
}

/** A paid result out of the memory, or a new one, put there if asking again would be paid again and bring nothing. */
async function remembered(
  pair: CutPair,
  order: Order,
  asking: PairAsking,
  { memory, signal, question }: JudgeContext,
): Promise<OrderResult> {
  if (memory === undefined) return askInOrder(pair, order, asking, signal);
  const key = memoryKey(pair, order, asking.hash, question);
  const known = await recalled(memory, key);
  if (known !== null) return { ...known, calls: 0, usage: null };
  const result = await askInOrder(pair, order, asking, signal);
  if (result.reason === null || !isRetryable(result.reason)) {
    // A memory that is down costs a call, never a judgement.
    await memory.set(key, result).catch(() => undefined);
  }
  return result;
}

async function recalled(memory: JudgeMemory, key: string): Promise<OrderResult | null> {
  try {
    return await memory.get(key);
  } catch {
    return null;
  }
}

/** By what was shown and who was asked: the same texts are the same question, whatever pair they came from, unless it has a name. */
function memoryKey(pair: CutPair, order: Order, judge: string, question?: string): string {
  const shown = [judge, order, pair.request, pair.primary, pair.shadow, pair.reference ?? null];
  const asked = JSON.stringify(question === undefined ? shown : [...shown, question]);
  return createHash('sha256').update(asked).digest('hex');
}
