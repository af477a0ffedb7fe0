import type { HTTPClient, Mistral, SDKOptions } from '@mistralai/mistralai';
import type { ChatCompletionRequest, Tool } from '@mistralai/mistralai/models/components';

export interface MistralKit {
  client(options?: SDKOptions): Mistral;
  readonly HTTPClient: typeof HTTPClient;
}

export const PLAIN = {
  model: 'mistral-large',
  messages: [
    { role: 'system', content: 'You are terse.' },
    { role: 'user', content: 'Say "hé\\llo"\n{"model":"not this one"}' },
  ],
  temperature: 0.5,
} satisfies ChatCompletionRequest;

export const WEATHER: Tool & { readonly type: 'function' } = {
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
};

export const ANSWER = {
  type: 'json_schema',
  jsonSchema: { name: 'answer', schemaDefinition: { type: 'object', properties: { answer: { type: 'string' } } } },
} as const;

export const RETRIES = {
  strategy: 'backoff',
  backoff: { initialInterval: 1, maxInterval: 5, exponent: 1, maxElapsedTime: 5_000 },
} as const;
