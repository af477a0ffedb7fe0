/** Every protocol that is understood. A new one is a file and a line here. */
export { anthropicMessages } from './protocols/anthropic-messages.js';
export { cohereChat } from './protocols/cohere-chat.js';
export { geminiGenerate } from './protocols/gemini-generate.js';
export { ollamaChat } from './protocols/ollama-chat.js';
export { ollamaGenerate } from './protocols/ollama-generate.js';
export { openaiChat } from './protocols/openai-chat.js';
export { openaiCompletions } from './protocols/openai-completions.js';
export { openaiEmbeddings } from './protocols/openai-embeddings.js';
export { openaiResponses } from './protocols/openai-responses.js';
