import type { Price } from '../../experiment/protection.js';
import { nanoUsd } from '../../experiment/budget/lease.js';
import { compilePattern } from '../../sample/match.js';

/** Tokens of one call. Those read from a cache or written to one are a part of the input. */
export interface Tokens {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
}

/** What calls of one model cost. */
export interface ModelPrice {
  /** Whole nano-dollars, rounded up. */
  cost(tokens: Tokens): number;
  /** No call has more input tokens; null where that is not known. */
  readonly contextWindow: number | null;
}

/** The list prices of providers, as a package gives them. */
export type PriceList = Pick<typeof import('@pydantic/genai-prices'), 'calcPrice'>;

/** Models whose price is remembered: a model's name may come with the call. */
const REMEMBERED = 256;
const PER_MILLION = 1e-6;

/**
 * What models cost: declared prices first, then the providers' list prices. Of a model on an endpoint that no provider is known for, such
 * as a gateway, the list price of its name. What is in neither has no price, which is not the same as 0.
 */
export class Prices {
  readonly #declared: readonly { readonly matches: (model: string) => boolean; readonly price: ModelPrice }[];
  readonly #load: () => PriceList;
  #list: PriceList | null = null;
  readonly #found = new Map<string, ModelPrice | null>();

  /** @param load Loads the list; it takes tens of milliseconds, so it is asked to by {@link open} alone. */
  constructor(declared: Readonly<Record<string, Price>>, load: () => PriceList) {
    this.#declared = Object.entries(declared).map(([pattern, price]) => ({
      matches: compilePattern(pattern),
      price: ofTokens(price),
    }));
    this.#load = load;
  }

  /** Makes the list prices ready. Not inside a call of the host. Throws once where they cannot be: declared prices are prices still. */
  open(): void {
    if (this.#list !== null) return;
    this.#list = { calcPrice: () => null };
    this.#list = this.#load();
  }

  /**
   * The price of a model, or null. List prices there are only after {@link open}.
   *
   * @param endpoint Origin of the URL it is called at; null for what is no provider's: then only declared prices count.
   */
  of(model: string, endpoint: string | null): ModelPrice | null {
    const declared = this.#declared.find(({ matches }) => matches(model));
    if (declared !== undefined) return declared.price;
    if (endpoint === null || this.#list === null) return null;
    const key = `${endpoint} ${model}`;
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const price = listed(this.#list, model, endpoint);
    if (this.#found.size >= REMEMBERED) this.#found.clear();
    this.#found.set(key, price);
    return price;
  }
}

function ofTokens({ input, output }: Price): ModelPrice {
  return {
    cost: (tokens) => nanoUsd((tokens.input * input + tokens.output * output) * PER_MILLION),
    contextWindow: null,
  };
}

const NONE = { input_tokens: 0, output_tokens: 0 };

function listed({ calcPrice }: PriceList, model: string, endpoint: string): ModelPrice | null {
  const found = calcPrice(NONE, model, { providerApiUrl: endpoint }) ?? calcPrice(NONE, model);
  if (found === null) return null;
  // With its one model alone it is not searched for at every call.
  const provider = { ...found.provider, models: [found.model] };
  const priced = (usage: Record<string, number>): number => {
    const price = calcPrice(usage, model, { provider });
    if (price === null) throw new Error(`the price of ${found.model.id} is gone`);
    return nanoUsd(price.total_price);
  };
  return {
    contextWindow: found.model.context_window ?? null,
    cost({ input, output, cacheRead = 0, cacheWrite = 0 }) {
      const read = Math.min(cacheRead, input);
      const written = Math.min(cacheWrite, input - read);
      const usage = { input_tokens: input, output_tokens: output };
      return priced({
        ...usage,
        ...(read > 0 && { cache_read_tokens: read }),
        ...(written > 0 && { cache_write_tokens: written }),
      });
    },
  };
}
