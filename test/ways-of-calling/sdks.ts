import { aiAnthropic, aiGoogle, aiOpenai, aiOpenaiChat } from './ai/sdks.js';
import { anthropic } from './anthropic/sdk.js';
import { gemini } from './gemini/sdk.js';
import { langchain } from './langchain/sdk.js';
import { mistral } from './mistral/sdk.js';
import { ollama } from './ollama/sdk.js';
import { openai5, openai6, openai7 } from './openai/sdks.js';
import type { Sdk } from './way.js';

/** Every SDK that is held to be the same with and without the tap. A new one is a file and a line here. */
export const SDKS: readonly Sdk[] = [
  openai5,
  openai6,
  openai7,
  anthropic,
  aiOpenai,
  aiOpenaiChat,
  aiAnthropic,
  aiGoogle,
  gemini,
  mistral,
  ollama,
  langchain,
];
