import type { Speaker } from './sdk.js';
import { anthropicMessages } from './sdks/anthropic-messages.js';
import { geminiGenerate } from './sdks/gemini-generate.js';
import { ollamaChat } from './sdks/ollama-chat.js';
import { openaiChat } from './sdks/openai-chat.js';
import { openaiResponses } from './sdks/openai-responses.js';

/** The dialects that are translated into each other, each by the SDK that speaks it. */
export const SPEAKERS: readonly Speaker[] = [
  openaiChat,
  openaiResponses,
  anthropicMessages,
  geminiGenerate,
  ollamaChat,
];
