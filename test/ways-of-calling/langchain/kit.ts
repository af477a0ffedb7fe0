import type { AIMessageChunk } from '@langchain/core/messages';
import type { ChatOpenAI, ChatOpenAIFields, OpenAIEmbeddings } from '@langchain/openai';

export interface LangChainKit {
  /** Without retries unless told otherwise. */
  model(fields?: ChatOpenAIFields): ChatOpenAI;
  embeddings(): OpenAIEmbeddings;
}

export const PROMPT = [
  ['system', 'You are terse.'],
  ['user', 'Say "hé\\llo"\n{"model":"not this one"}'],
] as [string, string][];

export const WEATHER = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
} as const;

export const ANSWER = { title: 'answer', type: 'object', properties: { answer: { type: 'string' } } };

/** Without the run's id, which is drawn at random. */
export function said(message: AIMessageChunk): unknown {
  const { content, tool_calls, usage_metadata, response_metadata, additional_kwargs } = message;
  return { class: message.constructor.name, content, tool_calls, usage_metadata, response_metadata, additional_kwargs };
}

export async function* saidIn(stream: AsyncIterable<AIMessageChunk>): AsyncGenerator<unknown> {
  for await (const chunk of stream) yield said(chunk);
}
