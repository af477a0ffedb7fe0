import type OpenAI from 'openai';
import type { ClientOptions } from 'openai';
import type { Tools } from '../way.js';

/** The three major versions have the shapes that openai 7 declares for all that is used here. */
export interface OpenAIKit {
  /** A client of the SDK under test, without retries unless told otherwise. */
  client(options?: ClientOptions): OpenAI;
}

/** The kit of whichever major version was imported. */
export function openaiKit(module: { readonly default: unknown }): (tools: Tools) => OpenAIKit {
  const Client = module.default as typeof OpenAI;
  return ({ base }) => ({
    client: (options) => new Client({ baseURL: `${base}/v1`, apiKey: 'sk-test', maxRetries: 0, ...options }),
  });
}
