import type { Dialect } from './dialect.js';
import { anthropicMessages } from './protocols/anthropic-messages.js';
import { geminiGenerate } from './protocols/gemini-generate.js';
import { ollamaChat } from './protocols/ollama-chat.js';
import { ollamaGenerate } from './protocols/ollama-generate.js';
import { openaiChat } from './protocols/openai-chat.js';
import { openaiResponses } from './protocols/openai-responses.js';
import { openaiEmbeddings } from './protocols/openai-embeddings.js';
import { openaiCompletions } from './protocols/openai-completions.js';

/** Every protocol that is understood. A new one is a file and a line here. */
export const DIALECTS: readonly Dialect[] = [
  openaiChat,
  anthropicMessages,
  geminiGenerate,
  ollamaChat,
  ollamaGenerate,
  openaiResponses,
  openaiEmbeddings,
  openaiCompletions,
];

/** The dialect a request speaks, by method and path alone; `null` for everything that is not a call to a model. */
export function dialectOf(method: string, url: URL, dialects: readonly Dialect[] = DIALECTS): Dialect | null {
  return dialects.find((dialect) => dialect.recognises(method, url)) ?? null;
}
