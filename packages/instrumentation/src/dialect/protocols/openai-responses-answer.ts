import type { AnswerBuilder } from '../answer-builder.js';
import type { AnswerFormat } from '../answer-reader.js';
import { asList, asName, asObject, asText, isObject, type JsonObject } from '../json.js';
import { ATTR_OPENAI_RESPONSE_SERVICE_TIER } from '../../semconv.js';

/** Items are told apart by their place in the output, the parts of an item by theirs in it. */
const PARTS_OF_ITEM = 1_000;

/** An answer is one choice. */
const CHOICE = 0;

/**
 * How an OpenAI response is read, whole or as events. Of a stream's many tellings of the same only two are read: each item when it is
 * done, and the whole response at the end, for servers that leave out the first. Pieces of text are not put together here.
 */
export const responsesAnswer: AnswerFormat = {
  // Not OpenAI's own, but some servers end every stream so.
  lastEvent: '[DONE]',
  telling: /"type"\s*:\s*"(?:error|response\.(?:output_item\.done|completed|incomplete|failed))"/,
  finishWords: { completed: 'stop', max_output_tokens: 'length' },
  whole(body, answer) {
    if (body['object'] !== 'response' && !Array.isArray(body['output'])) return false;
    readResponse(body, answer);
    return true;
  },
  event(event, answer) {
    const response = asObject(event['response']);
    switch (event['type']) {
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
        readResponse(response, answer);
        return answer.end();
      case 'response.output_item.done':
        return readItem(event['item'], event['output_index'], answer);
      case 'error':
        return answer.failed({ code: event['code'] });
      default:
        answer.identify(response['id'], response['model']);
    }
  },
};

function readResponse(response: JsonObject, answer: AnswerBuilder): void {
  answer.identify(response['id'], response['model']);
  answer.attribute(ATTR_OPENAI_RESPONSE_SERVICE_TIER, response['service_tier']);
  for (const [index, item] of asList(response['output']).entries()) readItem(item, index, answer);
  readUsage(response['usage'], answer);
  const status = asText(response['status']) ?? 'completed';
  if (status === 'completed') answer.finish(CHOICE, status);
  else if (status === 'incomplete')
    answer.finish(CHOICE, asName(asObject(response['incomplete_details'])['reason']) ?? status);
  else if (status === 'failed') answer.failed(response['error'] ?? {});
  else if (status === 'cancelled') answer.failed({ code: status });
  // Else it is queued or in progress: it runs in the background, and nothing of it has come.
}

function readItem(value: unknown, index: unknown, answer: AnswerBuilder): void {
  if (typeof index !== 'number') return;
  const item = asObject(value);
  const slot = index * PARTS_OF_ITEM;
  if (item['type'] === 'message') {
    for (const [place, part] of asList(item['content']).entries()) readPart(asObject(part), slot + place, answer);
  } else if (!answer.has(CHOICE, slot)) {
    const { name, call_id: id } = item;
    if (item['type'] === 'function_call') answer.toolCall(CHOICE, slot, { id, name, arguments: item['arguments'] });
    else if (item['type'] === 'custom_tool_call') answer.toolCall(CHOICE, slot, { id, name, arguments: item['input'] });
    else answer.other(CHOICE, slot, item['type']);
  }
}

function readPart(part: JsonObject, slot: number, answer: AnswerBuilder): void {
  if (answer.has(CHOICE, slot)) return;
  if (part['type'] === 'output_text') answer.text(CHOICE, slot, part['text']);
  else if (part['type'] === 'refusal') answer.refusal(CHOICE, slot, part['refusal']);
  else answer.other(CHOICE, slot, part['type']);
}

function readUsage(value: unknown, answer: AnswerBuilder): void {
  if (!isObject(value)) return;
  const input = asObject(value['input_tokens_details']);
  answer.usage({
    inputTokens: value['input_tokens'],
    outputTokens: value['output_tokens'],
    cachedInputTokens: input['cached_tokens'],
    cacheCreationInputTokens: input['cache_write_tokens'],
    reasoningTokens: asObject(value['output_tokens_details'])['reasoning_tokens'],
  });
}
