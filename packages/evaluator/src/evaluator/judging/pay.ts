import { createRequire } from 'node:module';
import { type Judging, nanoUsd } from '@understudy/instrumentation/experiment';
import { type ModelPrice, type PriceList, Prices } from '@understudy/instrumentation/trial';
import type { ModelClient, ModelQuestion, ModelReply } from '../../judge/model-client.js';
import type { JudgeSpan, JudgingLedger } from '../../ledger/judging/judging-ledger.js';
import type { SharedBudget } from './shared-budget.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** How long nothing is asked once the money is gone, or is others' for now, in milliseconds. */
const AGAIN_MS = { spent: 60_000, held: 5_000 };
/** Text has four bytes a token, digits, code and rare scripts two or more. */
const BYTES_A_TOKEN = 2;
/** Around the texts: the protocol's own words. */
const FRAME_TOKENS = 100;

/** What the calls of an experiment's judges are paid from, and how many there may be. */
export interface Purse {
  readonly experiment: string;
  readonly limits: () => Pick<Judging, 'perMinute' | 'usdPerHour'>;
  /** Null: any amount. */
  readonly budget: () => SharedBudget | null;
  readonly ledger: Pick<JudgingLedger, 'use' | 'giveBack'>;
  readonly now: () => number;
  /** Told of a price nobody knows. */
  readonly onUnpriced: (model: string) => void;
}

type Reserved =
  | { readonly status: 'granted'; settle(cost: number | null): Promise<void> }
  | { readonly status: 'refused'; readonly detail: string; readonly retryAfterMs: number };

/**
 * A client whose every call is paid for before it is made: the most it may cost is reserved from the budget and the hour's money, and settled by
 * what it did cost. Without money or a turn it is not made (`unpaid`).
 */
export function paidClient(client: ModelClient, purse: Purse, price: ModelPrice | null): ModelClient {
  return {
    identity: client.identity,
    async ask(question, options) {
      const reserved = await reserve(purse, question, price, client.identity.model);
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

async function reserve(
  purse: Purse,
  question: ModelQuestion,
  price: ModelPrice | null,
  model: string,
): Promise<Reserved> {
  const { experiment, ledger, now } = purse;
  const { perMinute, usdPerHour } = purse.limits();
  const budget = purse.budget();
  const counts = budget !== null || usdPerHour !== null;
  if (counts && price === null) {
    purse.onUnpriced(model);
    return refused(`no price is known for ${model}`, AGAIN_MS.spent);
  }
  const most = counts ? mostOf(question, price) : 0;
  const held = budget === null ? null : await budget.hold(most);
  if (budget !== null && held === null) {
    return refused('no money is left in the budget', budget.isSpent ? AGAIN_MS.spent : AGAIN_MS.held);
  }
  const at = now();
  const hour: JudgeSpan = { experiment, span: 'hour', starts: at - (at % HOUR_MS) };
  const minute: JudgeSpan = { experiment, span: 'minute', starts: at - (at % MINUTE_MS) };
  try {
    if (usdPerHour !== null && !(await ledger.use(hour, most, nanoUsd(usdPerHour)))) {
      held?.release();
      return refused("the hour's money is used up", hour.starts + HOUR_MS - at);
    }
    if (perMinute !== null && !(await ledger.use(minute, 1, perMinute))) {
      held?.release();
      if (usdPerHour !== null) await ledger.giveBack(hour, most);
      return refused("the minute's calls are used up", minute.starts + MINUTE_MS - at);
    }
  } catch (error) {
    held?.release();
    throw error;
  }
  return {
    status: 'granted',
    async settle(cost) {
      held?.settle(cost);
      const unused = most - (cost ?? most);
      // What is not given back is given back by the end of the hour.
      if (usdPerHour !== null && unused > 0) await ledger.giveBack(hour, unused).catch(() => undefined);
    },
  };
}

function refused(detail: string, retryAfterMs: number): Reserved {
  return { status: 'refused', detail, retryAfterMs };
}

function mostOf({ system, user, schema, maxTokens }: ModelQuestion, price: ModelPrice | null): number {
  const bytes = Buffer.byteLength(system) + Buffer.byteLength(user) + JSON.stringify(schema ?? '').length;
  const input = Math.ceil(bytes / BYTES_A_TOKEN) + FRAME_TOKENS;
  const within = Math.min(input, price?.contextWindow ?? Infinity);
  return price?.cost({ input: within, output: maxTokens }) ?? 0;
}

/** Null: nobody knows, so the most it may have cost. */
function costOf(reply: ModelReply, price: ModelPrice | null): number | null {
  if (reply.status === 'failed') return reply.unbilled === true ? 0 : null;
  if (reply.usage === null || price === null) return null;
  const { inputTokens, outputTokens } = reply.usage;
  return price.cost({ input: inputTokens, output: outputTokens });
}
