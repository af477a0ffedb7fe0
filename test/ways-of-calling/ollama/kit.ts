import type { ChatRequest, Config, GenerateRequest, Ollama } from 'ollama';

export interface OllamaKit {
  client(options?: Partial<Config>): Ollama;
}

export const CHAT = {
  model: 'llama4',
  messages: [
    { role: 'system', content: 'You are terse.' },
    { role: 'user', content: 'Say "hé\\llo"\n{"model":"not this one"}' },
  ],
  options: { temperature: 0.5 },
} satisfies ChatRequest;

export const GENERATE = { model: 'llama4', prompt: 'Say hello.', system: 'You are terse.' } satisfies GenerateRequest;

export const WEATHER = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
};

export const ANSWER = { type: 'object', properties: { answer: { type: 'string' } } };
