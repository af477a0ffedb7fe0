import type { Sdk } from '../way.js';
import { contentWays } from './content-ways.js';
import { failingWays } from './failing-ways.js';
import { streamWays } from './stream-ways.js';
import type { GeminiKit } from './kit.js';

export const gemini: Sdk<GeminiKit> = {
  label: '@google/genai 3',
  packages: ['@google/genai'],
  dialect: 'gemini-generate',
  ways: [...contentWays, ...streamWays, ...failingWays],
  async load() {
    const { GoogleGenAI } = await import('@google/genai');
    return ({ base }) => ({
      client: (options) =>
        new GoogleGenAI({ apiKey: 'key-test', httpOptions: { baseUrl: base, apiVersion: 'v1beta', ...options } }),
    });
  },
};
