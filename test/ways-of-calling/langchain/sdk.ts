import type { Sdk } from '../way.js';
import { failingWays } from './failing-ways.js';
import { invokeWays } from './invoke-ways.js';
import { streamWays } from './stream-ways.js';
import type { LangChainKit } from './kit.js';

export const langchain: Sdk<LangChainKit> = {
  label: '@langchain/openai 1',
  packages: ['@langchain/openai', '@langchain/core'],
  dialect: 'openai-chat',
  ways: [...invokeWays, ...streamWays, ...failingWays],
  async load() {
    const { ChatOpenAI, OpenAIEmbeddings } = await import('@langchain/openai');
    return ({ base }) => {
      const common = { apiKey: 'sk-test', maxRetries: 0, configuration: { baseURL: `${base}/v1` } };
      return {
        model: (fields) => new ChatOpenAI({ model: 'gpt-4o', temperature: 0.5, ...common, ...fields }),
        embeddings: () => new OpenAIEmbeddings({ model: 'text-embedding-3-small', ...common }),
      };
    };
  },
};
