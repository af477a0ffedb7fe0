import { createRequire } from 'node:module';
import { type ModelPrice, type PriceList, Prices } from '@understudy/instrumentation/trial';
import type { Turns } from '../../judge/client/turn.js';
import { mostTokens, type Purse, reserve } from './purse.js';

/** Around the texts: the protocol's own words, as a model is shown them. */
const FRAME_TOKENS = 100;

/**
 * Turns that are paid for: before a request of the model's is sent, the most it may cost is reserved from the budget and the hour's money, and
 * settled by what it did cost. Without money or a turn it is not sent; nor where the store of either does not answer, which is no fault of the judge's.
 *
 * @param price Null: nobody knows it.
 */
export function paidTurns(model: string, purse: Purse, price: ModelPrice | null): Turns {
  return {
    async take({ bytes, maxTokens }) {
      const input = Math.min(mostTokens(bytes) + FRAME_TOKENS, price?.contextWindow ?? Infinity);
      const most = price === null ? null : () => price.cost({ input, output: maxTokens });
      const reserved = await reserve(purse, model, most).catch(() => null);
      if (reserved === null) {
        const detail = 'what is left to spend is not known: its store does not answer';
        return { status: 'refused', detail, retryAfterMs: null };
      }
      if (reserved.status === 'refused') return reserved;
      return {
        status: 'granted',
        settle: async (took, answered) => {
          if (took === 'nothing') return reserved.settle(0, 'refused');
          const known = took !== null && price !== null;
          const cost = known ? price.cost({ input: took.inputTokens, output: took.outputTokens }) : null;
          return reserved.settle(cost, answered ? 'answered' : 'failed');
        },
      };
    },
  };
}

/** The list prices and those an experiment declares. */
export function pricesOf(declared: ConstructorParameters<typeof Prices>[0]): Prices {
  const require = createRequire(import.meta.url);
  const prices = new Prices(declared, () => require('@pydantic/genai-prices') as PriceList);
  prices.open();
  return prices;
}
