import { createRequire } from 'node:module';
import { type ModelPrice, type PriceList, Prices } from '@understudy/instrumentation/trial';
import type { ModelClient, ModelQuestion, ModelReply } from '../../judge/model-client.js';
import { mostTokens, type Purse, reserve } from './purse.js';

/** Around the texts: the protocol's own words. */
const FRAME_TOKENS = 100;

/**
 * A client whose every call is paid for before it is made: the most it may cost is reserved from the budget and the hour's money, and settled by
 * what it did cost. Without money or a turn it is not made (`unpaid`).
 */
export function paidClient(client: ModelClient, purse: Purse, price: ModelPrice | null): ModelClient {
  return {
    identity: client.identity,
    async ask(question, options) {
      const reserved = await reserve(
        purse,
        client.identity.model,
        price === null ? null : () => mostOf(question, price),
      );
      if (reserved.status === 'refused') {
        const { detail, retryAfterMs } = reserved;
        return { status: 'failed', kind: 'unpaid', detail, code: null, retryAfterMs };
      }
      let cost: number | null = null;
      try {
        const reply = await client.ask(question, options);
        cost = costOf(reply, price);
        return reply;
      } finally {
        await reserved.settle(cost);
      }
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

function mostOf({ system, user, schema, maxTokens }: ModelQuestion, price: ModelPrice): number {
  const bytes = Buffer.byteLength(system) + Buffer.byteLength(user) + JSON.stringify(schema ?? '').length;
  const input = mostTokens(bytes) + FRAME_TOKENS;
  const within = Math.min(input, price.contextWindow ?? Infinity);
  return price.cost({ input: within, output: maxTokens });
}

/** Null: nobody knows, so the most it may have cost. */
function costOf(reply: ModelReply, price: ModelPrice | null): number | null {
  if (reply.status === 'failed') return reply.unbilled === true ? 0 : null;
  if (reply.usage === null || price === null) return null;
  const { inputTokens, outputTokens } = reply.usage;
  return price.cost({ input: inputTokens, output: outputTokens });
}
