import type * as Ai from 'ai';
import type { LanguageModel } from 'ai';
import type { Way } from '../way.js';

export interface AiKit {
  readonly ai: typeof Ai;
  readonly model: LanguageModel;
  /** The same model with a fetch of the user's own. */
  modelWith(fetch: typeof globalThis.fetch): LanguageModel;
}

export type AiWay = Way<AiKit>;

/** Without retries; a way may say otherwise. */
export const PLAIN = {
  system: 'You are terse.',
  prompt: 'Say "hé\\llo"\n{"model":"not this one"}',
  maxRetries: 0,
} as const;
