import type { Leg, Usage } from '@understudy/instrumentation/trial';
import { type Delta, deltaOf, known } from './delta.js';

/** Tokens by kind. Those read from a cache are a part of the input, those of reasoning a part of the output. */
export interface TokenDeltas {
  readonly input: Delta;
  readonly output: Delta;
  readonly cachedInput: Delta;
  readonly reasoning: Delta;
}

const COUNTS = {
  input: 'inputTokens',
  output: 'outputTokens',
  cachedInput: 'cachedInputTokens',
  reasoning: 'reasoningTokens',
} as const satisfies Record<keyof TokenDeltas, keyof Usage>;

/** Tokens as the providers counted them: two models split the same text into different numbers of them. */
export function tokenDeltas(primary: Leg, other: Leg): TokenDeltas {
  const of = (kind: keyof TokenDeltas): Delta => deltaOf(tokensOf(primary, kind), tokensOf(other, kind));
  return { input: of('input'), output: of('output'), cachedInput: of('cachedInput'), reasoning: of('reasoning') };
}

function tokensOf(leg: Leg, kind: keyof TokenDeltas): number | null {
  return leg.status === 'ok' ? known(leg.usage?.[COUNTS[kind]]) : null;
}
