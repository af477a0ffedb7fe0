/** A pool that fills up again all the time, as providers' do: so much a minute, and a minute's worth at most. */
export class Pool {
  readonly size: number;
  readonly #minuteMs: number;
  #left: number;
  #at: number;

  constructor(size: number, minuteMs: number, now: number) {
    this.size = size;
    this.#minuteMs = minuteMs;
    this.#left = size;
    this.#at = now;
  }

  left(now: number): number {
    this.#left = Math.min(this.size, this.#left + ((now - this.#at) / this.#minuteMs) * this.size);
    this.#at = now;
    return this.#left;
  }

  take(count: number): void {
    this.#left -= count;
  }

  /** Until so much is there, in milliseconds. */
  until(count: number, now: number): number {
    return Math.max(0, ((count - this.left(now)) / this.size) * this.#minuteMs);
  }
}

/** How a provider tells of its limits. */
export type Telling = 'openai' | 'anthropic' | 'retry-after';

/** The headers of a response: of both pools, in the provider's form. */
export function headersOf(
  telling: Telling,
  pools: readonly [requests: Pool, tokens: Pool],
  now: number,
): Record<string, string> {
  const headers: Record<string, string> = {};
  if (telling === 'retry-after') return headers;
  for (const [index, of] of ['requests', 'tokens'].entries()) {
    const pool = pools[index];
    if (pool === undefined) continue;
    const whole = pool.until(pool.size, now);
    const left = String(Math.max(0, Math.floor(pool.left(now))));
    if (telling === 'openai') {
      headers[`x-ratelimit-limit-${of}`] = String(pool.size);
      headers[`x-ratelimit-remaining-${of}`] = left;
      headers[`x-ratelimit-reset-${of}`] = whole < 1000 ? `${Math.ceil(whole)}ms` : `${(whole / 1000).toFixed(3)}s`;
    } else {
      headers[`anthropic-ratelimit-${of}-limit`] = String(pool.size);
      headers[`anthropic-ratelimit-${of}-remaining`] = left;
      headers[`anthropic-ratelimit-${of}-reset`] = new Date(now + whole).toISOString();
    }
  }
  return headers;
}
