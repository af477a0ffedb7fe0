import type { AnswerBuilder } from '../answer-builder.js';
import type { AnswerFormat } from '../answer-reader.js';
import { asList, asObject, isObject, type JsonObject } from '../json.js';
import { COMPLETION_FINISH_WORDS, COMPLETION_TELLING, readEnvelope } from './openai-envelope.js';

/** Places of the parts of a choice: text, refusal, tool calls by their index, and what is not compared. */
const TEXT = 0;
const REFUSAL = 1;
const CALLS = 2;
const REASONING = 1_000;
const AUDIO = 1_001;

/** How an OpenAI chat completion is read, whole or as chunks: a chunk's `delta` has the shape of the whole's `message`. */
export const chatAnswer: AnswerFormat = {
  lastEvent: '[DONE]',
  telling: COMPLETION_TELLING,
  finishWords: COMPLETION_FINISH_WORDS,
  whole(body, answer) {
    if (!Array.isArray(body['choices'])) return false;
    readChunk(body, 'message', answer);
    return true;
  },
  event: (chunk, answer) => readChunk(chunk, 'delta', answer),
};

function readChunk(chunk: JsonObject, message: 'message' | 'delta', answer: AnswerBuilder): void {
  readEnvelope(chunk, answer);
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
  // Some servers answer with parts, as in a request, thoughts among them.
  for (const value of asList(message['content'])) {
    const part = asObject(value);
    answer.text(choice, TEXT, part['text']);
    if (part['type'] === 'thinking') answer.other(choice, REASONING, 'reasoning');
  }
  answer.refusal(choice, REFUSAL, message['refusal']);
  for (const [place, value] of asList(message['tool_calls']).entries()) {
    const call = asObject(value);
    const named = asObject(call['function'] ?? call['custom']);
    const index = typeof call['index'] === 'number' ? call['index'] : place;
    const args = named['arguments'] ?? named['input'];
    const said = isObject(args) ? { value: args } : { arguments: args };
    answer.toolCall(choice, CALLS + index, { id: call['id'], name: named['name'], ...said });
  }
  const legacy = message['function_call'];
  if (isObject(legacy)) answer.toolCall(choice, CALLS, { name: legacy['name'], arguments: legacy['arguments'] });
  if (isThere(message['reasoning_content'] ?? message['reasoning'])) answer.other(choice, REASONING, 'reasoning');
  if (isThere(message['audio'])) answer.other(choice, AUDIO, 'audio');
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}
