import type { ExchangeOutcome } from '../../shadow/bounded.js';
import type { ShadowCall } from '../../shadow/prepare.js';
import { ATTR_GEN_AI_REQUEST_CHOICE_COUNT, ATTR_GEN_AI_REQUEST_MAX_TOKENS } from '../../semconv.js';
import type { ModelPrice, Tokens } from './prices.js';

/** Answers of one request that are believed: more are refused by every provider. */
const MOST_CHOICES = 128;

/**
 * The most tokens a shadow may take: of its input by the size of its request, of its output by the limit it sets, or by `otherwise` where
 * it sets none; times the answers it asks for.
 */
export function mostTokens(shadow: ShadowCall, { contextWindow }: ModelPrice, otherwise: number): Tokens {
  const said = shadow.limits();
  const limit = counted(said[ATTR_GEN_AI_REQUEST_MAX_TOKENS]) ?? otherwise;
  const choices = Math.min(MOST_CHOICES, counted(said[ATTR_GEN_AI_REQUEST_CHOICE_COUNT]) ?? 1);
  return { input: Math.min(shadow.inputTokens(), contextWindow ?? Infinity), output: limit * choices };
}

/**
 * What a shadow has cost: by the tokens its provider counted, nothing where it was refused, and null where nobody can tell, since it
 * broke off or its answer does not say.
 */
export function realCost(outcome: ExchangeOutcome | null, price: ModelPrice, most: Tokens): number | null {
  if (outcome === null) return null;
  if (outcome.status !== 'ok') return 'unbilled' in outcome && outcome.unbilled === true ? 0 : null;
  const { usage } = outcome.answer;
  if (usage === null) return null;
  return price.cost({
    input: usage.inputTokens ?? most.input,
    output: usage.outputTokens ?? most.output,
    ...(usage.cachedInputTokens !== undefined && { cacheRead: usage.cachedInputTokens }),
    ...(usage.cacheCreationInputTokens !== undefined && { cacheWrite: usage.cacheCreationInputTokens }),
  });
}

function counted(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 1 ? Math.ceil(value) : null;
}
