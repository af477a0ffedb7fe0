import type { AnswerBuilder } from '../answer-builder.js';
import type { AnswerFormat } from '../answer-reader.js';
import { asList, asObject, isObject, type JsonObject } from '../json.js';

/** Places of the parts of a choice: text, refusal, tool calls by their index, and what is not compared. */
const TEXT = 0;
const REFUSAL = 1;
const CALLS = 2;
const OTHER = 1_000;
const OTHER_KINDS = ['reasoning_content', 'reasoning', 'audio'] as const;

/** How an OpenAI chat completion is read, whole or as chunks: a chunk's `delta` has the shape of the whole's `message`. */
export const chatAnswer: AnswerFormat = {
  lastEvent: '[DONE]',
  telling: /"finish_reason"\s*:\s*"|"usage"\s*:\s*\{|"error"\s*:/,
  finishWords: { tool_calls: 'tool_call', function_call: 'tool_call' },
  whole(body, answer) {
    if (!Array.isArray(body['choices'])) return false;
    readChunk(body, 'message', answer);
    return true;
  },
  event: (chunk, answer) => readChunk(chunk, 'delta', answer),
};

function readChunk(chunk: JsonObject, message: 'message' | 'delta', answer: AnswerBuilder): void {
  answer.identify(chunk['id'], chunk['model']);
  readUsage(chunk['usage'], answer);
  for (const [place, value] of asList(chunk['choices']).entries()) {
    const choice = asObject(value);
    const index = typeof choice['index'] === 'number' ? choice['index'] : place;
    answer.finish(index, choice['finish_reason']);
    readMessage(asObject(choice[message]), index, answer);
  }
}

function readMessage(message: JsonObject, choice: number, answer: AnswerBuilder): void {
  answer.role(choice, message['role']);
  answer.text(choice, TEXT, message['content']);
  // Some servers answer with parts, as in a request.
  for (const value of asList(message['content'])) answer.text(choice, TEXT, asObject(value)['text']);
  answer.refusal(choice, REFUSAL, message['refusal']);
  for (const [place, value] of asList(message['tool_calls']).entries()) {
    const call = asObject(value);
    const named = asObject(call['function'] ?? call['custom']);
    const index = typeof call['index'] === 'number' ? call['index'] : place;
    const args = named['arguments'] ?? named['input'];
    answer.toolCall(choice, CALLS + index, { id: call['id'], name: named['name'], arguments: args });
  }
  const legacy = message['function_call'];
  if (isObject(legacy)) answer.toolCall(choice, CALLS, { name: legacy['name'], arguments: legacy['arguments'] });
  for (const [index, kind] of OTHER_KINDS.entries()) {
    if (message[kind] !== undefined && message[kind] !== null) answer.other(choice, OTHER + index, kind);
  }
}

/** Tokens as the provider counted them; what it did not count is absent. */
function readUsage(value: unknown, answer: AnswerBuilder): void {
  if (!isObject(value)) return;
  answer.usage({
    inputTokens: value['prompt_tokens'],
    outputTokens: value['completion_tokens'],
    cachedInputTokens: asObject(value['prompt_tokens_details'])['cached_tokens'],
    reasoningTokens: asObject(value['completion_tokens_details'])['reasoning_tokens'],
  });
}
