import { anthropicMessages } from './anthropic-messages.js';
import { geminiGenerate } from './gemini-generate.js';
import { ollamaChat, ollamaGenerate } from './ollama.js';
import { openaiChat } from './openai-chat.js';
import { openaiCompletions } from './openai-completions.js';
import { openaiEmbeddings } from './openai-embeddings.js';
import { openaiResponses } from './openai-responses.js';
import type { Protocol } from './protocol.js';

/** Every protocol a local provider speaks. A new one is a file and a line here. */
export const PROTOCOLS: readonly Protocol[] = [
  openaiChat,
  openaiResponses,
  openaiEmbeddings,
  openaiCompletions,
  anthropicMessages,
  geminiGenerate,
  ollamaChat,
  ollamaGenerate,
];
