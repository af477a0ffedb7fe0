import type { Delta } from '../score/deltas/delta.js';
import type { Deltas } from '../score/deltas/deltas.js';

/** Quantities of a call, and what one is stored in units of: whole numbers, so that sums of them are the same in any order. */
export const QUANTITIES = {
  /** Microseconds. */
  latency: 1000,
  /** Microseconds. */
  first_chunk: 1000,
  /** Thousandths of tokens a second. */
  output_speed: 1000,
  input_tokens: 1,
  output_tokens: 1,
  cached_input_tokens: 1,
  reasoning_tokens: 1,
  /** Nano-dollars. */
  list_cost: 1,
  /** Nano-dollars. */
  paid_cost: 1,
} as const;

export type Quantity = keyof typeof QUANTITIES;

/** The primary's and the other leg's, whole numbers; null: not known. A quantity that is known of neither is absent. */
export type Amounts = Readonly<Partial<Record<Quantity, readonly [primary: number | null, other: number | null]>>>;

/** Beyond it a number is a broken clock or a broken counter. */
const MOST = 2 ** 50;

export function amountsOf({ latency, firstChunk, outputSpeed, tokens, cost }: Deltas): Amounts {
  const deltas: Readonly<Record<Quantity, Delta>> = {
    latency,
    first_chunk: firstChunk,
    output_speed: outputSpeed,
    input_tokens: tokens.input,
    output_tokens: tokens.output,
    cached_input_tokens: tokens.cachedInput,
    reasoning_tokens: tokens.reasoning,
    list_cost: cost.list,
    paid_cost: cost.paid,
  };
  return Object.fromEntries(
    (Object.keys(QUANTITIES) as Quantity[]).flatMap((name) => {
      const { primary, other } = deltas[name];
      const sides = [whole(primary, name), whole(other, name)] as const;
      return sides[0] === null && sides[1] === null ? [] : [[name, sides] as const];
    }),
  );
}

function whole(value: number | null, name: Quantity): number | null {
  const scaled = value === null ? Number.NaN : Math.round(value * QUANTITIES[name]);
  return scaled >= 0 && scaled <= MOST ? scaled : null;
}
