import type { AnswerBuilder } from '../answer-builder.js';
import type { AnswerFormat } from '../answer-reader.js';
import { asList, asObject, asText, isObject, type JsonObject } from '../json.js';

/** One answer a request: there are no choices. */
const ONLY = 0;
/** Behind all blocks: why nothing more was said. */
const REFUSAL = 1_000_000;

/** How an Anthropic message is read, whole or as events: the start of a block has the shape of the whole block. */
export const messagesAnswer: AnswerFormat = {
  telling: /"type"\s*:\s*"(?:message_|error)/,
  finishWords: {
    end_turn: 'stop',
    stop_sequence: 'stop',
    max_tokens: 'length',
    model_context_window_exceeded: 'length',
    tool_use: 'tool_call',
    refusal: 'content_filter',
  },
  whole(body, answer) {
    if (!Array.isArray(body['content'])) return false;
    readMessage(body, answer);
    return true;
  },
  event(event, answer) {
    const slot = typeof event['index'] === 'number' ? event['index'] : 0;
    switch (event['type']) {
      case 'message_start':
        readMessage(asObject(event['message']), answer);
        break;
      case 'content_block_start':
        readBlock(asObject(event['content_block']), slot, answer);
        break;
      case 'content_block_delta':
        readDelta(asObject(event['delta']), slot, answer);
        break;
      case 'message_delta':
        readEnd(asObject(event['delta']), answer);
        readUsage(event['usage'], answer);
        break;
      case 'message_stop':
        answer.end();
    }
  },
};

function readMessage(message: JsonObject, answer: AnswerBuilder): void {
  answer.identify(message['id'], message['model']);
  answer.role(ONLY, message['role']);
  for (const [slot, block] of asList(message['content']).entries()) readBlock(asObject(block), slot, answer);
  readEnd(message, answer);
  readUsage(message['usage'], answer);
}

/** The input of a call that takes none comes in no piece: it is what the block began with. */
function readBlock(block: JsonObject, slot: number, answer: AnswerBuilder): void {
  const type = asText(block['type']);
  if (type === 'text') answer.text(ONLY, slot, block['text']);
  else if (type === 'tool_use') {
    answer.toolCall(ONLY, slot, { id: block['id'], name: block['name'], value: block['input'] });
  } else if (type === 'thinking' || type === 'redacted_thinking') answer.other(ONLY, slot, 'reasoning');
  else if (type !== null) answer.other(ONLY, slot, type);
}

/** Pieces of thoughts, signatures and citations are of no account, nor is the input of a tool that the provider runs. */
function readDelta(delta: JsonObject, slot: number, answer: AnswerBuilder): void {
  if (delta['type'] === 'text_delta') answer.text(ONLY, slot, delta['text']);
  else if (delta['type'] === 'input_json_delta') {
    answer.toolCall(ONLY, slot, { arguments: delta['partial_json'] });
  }
}

function readEnd(end: JsonObject, answer: AnswerBuilder): void {
  answer.finish(ONLY, end['stop_reason']);
  answer.refusal(ONLY, REFUSAL, asObject(end['stop_details'])['explanation']);
}

/**
 * Here `input_tokens` is what neither was read from a cache nor written to one; the conventions want the sum. Later events count
 * from the start of the answer, and may leave out what has not changed.
 */
function readUsage(value: unknown, answer: AnswerBuilder): void {
  if (!isObject(value)) return;
  const { counted } = answer;
  const read = countOf(value['cache_read_input_tokens']) ?? counted.cachedInputTokens;
  const written = countOf(value['cache_creation_input_tokens']) ?? counted.cacheCreationInputTokens;
  const known = (counted.inputTokens ?? 0) - (counted.cachedInputTokens ?? 0) - (counted.cacheCreationInputTokens ?? 0);
  const fresh = countOf(value['input_tokens']) ?? (counted.inputTokens === undefined ? undefined : known);
  answer.usage({
    inputTokens: fresh === undefined ? undefined : fresh + (read ?? 0) + (written ?? 0),
    outputTokens: value['output_tokens'],
    cachedInputTokens: read,
    cacheCreationInputTokens: written,
    reasoningTokens: asObject(value['output_tokens_details'])['thinking_tokens'],
  });
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
