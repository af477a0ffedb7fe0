import type { Sdk } from '../way.js';
import { chatWays } from './chat-ways.js';
import { failingWays } from './failing-ways.js';
import { streamWays } from './stream-ways.js';
import type { OllamaKit } from './kit.js';

export const ollama: Sdk<OllamaKit> = {
  label: 'ollama 0.6',
  packages: ['ollama'],
  dialect: 'ollama-chat',
  ways: [...chatWays, ...streamWays, ...failingWays],
  async load() {
    const { Ollama } = await import('ollama');
    return ({ base }) => ({ client: (options) => new Ollama({ host: base, ...options }) });
  },
};
