import type { CallableTool, GenerateContentParameters, GoogleGenAI, HttpOptions } from '@google/genai';

export interface GeminiKit {
  /** Without retries unless told otherwise. */
  client(options?: HttpOptions): GoogleGenAI;
}

export const PLAIN = {
  model: 'gemini-3-pro',
  contents: 'Say "hé\\llo"\n{"model":"not this one"}',
  config: { systemInstruction: 'You are terse.', temperature: 0.5 },
} satisfies GenerateContentParameters;

export const WEATHER = {
  name: 'get_weather',
  description: 'The weather of a city.',
  parametersJsonSchema: { type: 'object', properties: { city: { type: 'string' } } },
};

export const RETRIES = { attempts: 3, initialDelay: 0.005, maxDelay: 0.005, jitter: 0 };

export const weatherTool: CallableTool = {
  tool: async () => ({ functionDeclarations: [WEATHER] }),
  callTool: async () => [{ functionResponse: { name: WEATHER.name, response: { weather: 'sunny' } } }],
};

export function config(more: GenerateContentParameters['config']): GenerateContentParameters {
  return { ...PLAIN, config: { ...PLAIN.config, ...more } };
}
