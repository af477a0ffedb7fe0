import type { LanguageModel } from 'ai';
import type { Sdk } from '../way.js';
import { failingWays } from './failing-ways.js';
import { generateWays } from './generate-ways.js';
import type { AiKit } from './kit.js';
import { streamWays } from './stream-ways.js';

type MakeModel = (base: string, fetch?: typeof globalThis.fetch) => LanguageModel;

/** The AI SDK with one provider: the same ways for each. */
function aiWith(provider: string, installed: string, dialect: string, load: () => Promise<MakeModel>): Sdk<AiKit> {
  return {
    label: `ai 7, ${provider}`,
    packages: ['ai', installed],
    dialect,
    ways: [...generateWays, ...streamWays, ...failingWays],
    async load() {
      const [ai, make] = await Promise.all([import('ai'), load()]);
      return ({ base }) => ({ ai, model: make(base), modelWith: (fetch) => make(base, fetch) });
    },
  };
}

/** What every provider takes. */
function settings(baseURL: string, fetch: typeof globalThis.fetch | undefined): { baseURL: string; apiKey: string } {
  return { baseURL, apiKey: 'sk-test', ...(fetch !== undefined && { fetch }) };
}

export const aiOpenai: Sdk<AiKit> = aiWith('openai', '@ai-sdk/openai', 'openai-responses', async () => {
  const { createOpenAI } = await import('@ai-sdk/openai');
  return (base, fetch) => createOpenAI(settings(`${base}/v1`, fetch))('gpt-5');
});

export const aiOpenaiChat: Sdk<AiKit> = aiWith('openai chat', '@ai-sdk/openai', 'openai-chat', async () => {
  const { createOpenAI } = await import('@ai-sdk/openai');
  return (base, fetch) => createOpenAI(settings(`${base}/v1`, fetch)).chat('gpt-5');
});

export const aiAnthropic: Sdk<AiKit> = aiWith('anthropic', '@ai-sdk/anthropic', 'anthropic-messages', async () => {
  const { createAnthropic } = await import('@ai-sdk/anthropic');
  return (base, fetch) => createAnthropic(settings(`${base}/v1`, fetch))('claude-opus-4-5');
});

export const aiGoogle: Sdk<AiKit> = aiWith('google', '@ai-sdk/google', 'gemini-generate', async () => {
  const { createGoogleGenerativeAI } = await import('@ai-sdk/google');
  // Its tool calls have no ids: it draws them.
  return (base, fetch) => {
    let drawn = 0;
    const generateId = (): string => `drawn-${(drawn += 1)}`;
    return createGoogleGenerativeAI({ ...settings(`${base}/v1beta`, fetch), generateId })('gemini-2.5-pro');
  };
});
