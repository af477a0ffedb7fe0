import type { Sdk } from '../way.js';
import { chatWays } from './chat-ways.js';
import { failingWays } from './failing-ways.js';
import { streamWays } from './stream-ways.js';
import type { MistralKit } from './kit.js';

export const mistral: Sdk<MistralKit> = {
  label: '@mistralai/mistralai 2',
  packages: ['@mistralai/mistralai'],
  dialect: 'openai-chat',
  ways: [...chatWays, ...streamWays, ...failingWays],
  async load() {
    const { HTTPClient, Mistral } = await import('@mistralai/mistralai');
    return ({ base }) => ({
      client: (options) => new Mistral({ apiKey: 'key-test', serverURL: base, ...options }),
      HTTPClient,
    });
  },
};
