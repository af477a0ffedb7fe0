import type { Sdk } from '../way.js';
import { chatWays } from './chat-ways.js';
import { failingWays } from './failing-ways.js';
import { openaiKit, type OpenAIKit } from './kit.js';
import { otherWays } from './other-ways.js';
import { responsesWays } from './responses-ways.js';
import { streamWays } from './stream-ways.js';

const shared = {
  dialect: 'openai-chat',
  ways: [...chatWays, ...streamWays, ...failingWays, ...responsesWays, ...otherWays],
} satisfies Partial<Sdk<OpenAIKit>>;

export const openai5: Sdk<OpenAIKit> = {
  label: 'openai 5',
  packages: ['openai5'],
  load: async () => openaiKit(await import('openai5')),
  ...shared,
};

export const openai6: Sdk<OpenAIKit> = {
  label: 'openai 6',
  packages: ['openai6'],
  load: async () => openaiKit(await import('openai6')),
  ...shared,
};

export const openai7: Sdk<OpenAIKit> = {
  label: 'openai 7',
  packages: ['openai'],
  load: async () => openaiKit(await import('openai')),
  ...shared,
};
