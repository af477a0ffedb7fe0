import type Anthropic from '@anthropic-ai/sdk';
import type { ClientOptions } from '@anthropic-ai/sdk';
import type { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import type { jsonSchemaOutputFormat } from '@anthropic-ai/sdk/helpers/json-schema';
import type { Way } from '../way.js';

export interface AnthropicKit {
  /** Without retries unless told otherwise. It makes spans of its own, as it does by default. */
  client(options?: ClientOptions): Anthropic;
  readonly betaTool: typeof betaTool;
  readonly jsonSchemaOutputFormat: typeof jsonSchemaOutputFormat;
}

export type AnthropicWay = Way<AnthropicKit>;

export const PLAIN = {
  model: 'claude-opus-5',
  max_tokens: 100,
  system: 'You are terse.',
  messages: [{ role: 'user', content: 'Say "hé\\llo"\n{"model":"not this one"}' }],
} satisfies Anthropic.MessageCreateParamsNonStreaming;

export const STREAMED = { ...PLAIN, stream: true } as const;

export const WEATHER = {
  name: 'get_weather',
  description: 'The weather of a city.',
  input_schema: { type: 'object', properties: { city: { type: 'string' } } },
} as const satisfies Anthropic.Tool;
