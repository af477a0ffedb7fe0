/**
 * The headers by which providers say how much of a rate limit is left, as data. Which provider an origin is, is not asked: gateways
 * speak for others, and each name means the same wherever it is said.
 */

/** One limit. */
export interface LimitHeaders {
  /** For a log. */
  readonly of: string;
  readonly remaining: string;
  /** Not there, or not said: the most that has been left is taken for it. */
  readonly limit: string | null;
  readonly reset: string | null;
}

function openai(of: string): LimitHeaders {
  return {
    of,
    remaining: `x-ratelimit-remaining-${of}`,
    limit: `x-ratelimit-limit-${of}`,
    reset: `x-ratelimit-reset-${of}`,
  };
}

function anthropic(of: string): LimitHeaders {
  const prefix = `anthropic-ratelimit-${of}`;
  return { of, remaining: `${prefix}-remaining`, limit: `${prefix}-limit`, reset: `${prefix}-reset` };
}

export const LIMIT_HEADERS: readonly LimitHeaders[] = [
  // OpenAI, Groq, Azure OpenAI and most hosts of open models.
  openai('requests'),
  openai('tokens'),
  anthropic('requests'),
  anthropic('tokens'),
  anthropic('input-tokens'),
  anthropic('output-tokens'),
  // Mistral: windows of a minute, without their ends.
  {
    of: 'requests',
    remaining: 'x-ratelimit-remaining-req-minute',
    limit: 'x-ratelimit-limit-req-minute',
    reset: null,
  },
  {
    of: 'tokens',
    remaining: 'x-ratelimit-remaining-tokens-minute',
    limit: 'x-ratelimit-limit-tokens-minute',
    reset: null,
  },
  // OpenRouter and many gateways.
  { of: 'requests', remaining: 'x-ratelimit-remaining', limit: 'x-ratelimit-limit', reset: 'x-ratelimit-reset' },
  // draft-ietf-httpapi-ratelimit-headers up to version 06.
  { of: 'requests', remaining: 'ratelimit-remaining', limit: 'ratelimit-limit', reset: 'ratelimit-reset' },
];

/** The same draft from version 07 on: one header of parameters, beside one with the policies. */
export const LIMIT_FIELD = 'ratelimit';
export const POLICY_FIELD = 'ratelimit-policy';
