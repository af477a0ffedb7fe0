import type { Leg, ModelPrice } from '@understudy/instrumentation/trial';
import { type Delta, deltaOf, known } from './delta.js';

/** Whole nano-dollars. */
export interface CostDeltas {
  /** As if nothing was read from a cache or written to one: what two models cost, whoever was asked first. */
  readonly list: Delta;
  /** What is paid: tokens read from a cache and written to one at their own prices. */
  readonly paid: Delta;
}

/** What calls of the primary's and the other leg's model cost; null where that is not known, which is not 0. */
export interface LegPrices {
  readonly primary: ModelPrice | null;
  readonly other: ModelPrice | null;
}

/**
 * What the two calls cost, by the tokens that their providers counted. Not known without a price, without a count of either input or
 * output tokens, or of a call without an answer: some providers bill those.
 */
export function costDeltas(primary: Leg, other: Leg, prices: LegPrices): CostDeltas {
  const [one, two] = [costOf(primary, prices.primary), costOf(other, prices.other)];
  return { list: deltaOf(one.list, two.list), paid: deltaOf(one.paid, two.paid) };
}

interface Cost {
  readonly list: number | null;
  readonly paid: number | null;
}

const UNKNOWN: Cost = { list: null, paid: null };

function costOf(leg: Leg, price: ModelPrice | null): Cost {
  if (leg.status !== 'ok' || leg.usage === null || price === null) return UNKNOWN;
  const [input, output] = [known(leg.usage.inputTokens), known(leg.usage.outputTokens)];
  if (input === null || output === null) return UNKNOWN;
  const cacheRead = known(leg.usage.cachedInputTokens) ?? 0;
  const cacheWrite = known(leg.usage.cacheCreationInputTokens) ?? 0;
  return {
    list: priced(() => price.cost({ input, output })),
    paid: priced(() => price.cost({ input, output, cacheRead, cacheWrite })),
  };
}

/** A list of prices may not know what a model's tokens of some kind cost. */
function priced(cost: () => number): number | null {
  try {
    return known(cost());
  } catch {
    return null;
  }
}
