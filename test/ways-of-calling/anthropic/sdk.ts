import type { Sdk } from '../way.js';
import { failingWays } from './failing-ways.js';
import type { AnthropicKit, AnthropicWay } from './kit.js';
import { messageWays } from './message-ways.js';
import { streamWays } from './stream-ways.js';

/** It makes a span for each of its calls: that one is used, and none of ours is made. */
const usesItsOwnSpan = (way: AnthropicWay): AnthropicWay => ({ ...way, spans: way.spans ?? 0 });

export const anthropic: Sdk<AnthropicKit> = {
  label: '@anthropic-ai/sdk 1',
  packages: ['@anthropic-ai/sdk'],
  dialect: 'anthropic-messages',
  ways: [...messageWays, ...streamWays, ...failingWays].map(usesItsOwnSpan),
  async load() {
    const [{ default: Anthropic }, { betaTool }, { jsonSchemaOutputFormat }] = await Promise.all([
      import('@anthropic-ai/sdk'),
      import('@anthropic-ai/sdk/helpers/beta/json-schema'),
      import('@anthropic-ai/sdk/helpers/json-schema'),
    ]);
    return ({ base }) => ({
      client: (options) => new Anthropic({ baseURL: base, apiKey: 'sk-test', maxRetries: 0, ...options }),
      betaTool,
      jsonSchemaOutputFormat,
    });
  },
};
