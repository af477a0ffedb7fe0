import type { AnswerBuilder } from '../answer-builder.js';
import type { AnswerFormat } from '../answer-reader.js';
import { asList, asObject, isObject, type JsonObject } from '../json.js';

/** Places of the parts of a candidate: its text, its thoughts, and from there calls and all else as they come. */
const TEXT = 0;
const THOUGHT = 1;
const REST = 2;

const FILTERED =
  'SAFETY RECITATION BLOCKLIST PROHIBITED_CONTENT SPII JAILBREAK MODEL_ARMOR IMAGE_SAFETY IMAGE_PROHIBITED_CONTENT IMAGE_RECITATION';

/** What else than text and calls an answer may hold. */
const OTHER_KINDS = ['inlineData', 'fileData', 'executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse'];

/** How Gemini's answers are read: each event of a stream, or element of the array that grows, has the shape of a whole one. */
export const geminiAnswer: AnswerFormat = {
  finishWords: {
    STOP: 'stop',
    MAX_TOKENS: 'length',
    ...Object.fromEntries(FILTERED.split(' ').map((word) => [word, 'content_filter'])),
  },
  whole(body, answer) {
    if (!Array.isArray(body['candidates']) && !isObject(body['promptFeedback'])) return false;
    readResponse(body, answer);
    return true;
  },
  event: readResponse,
};

function readResponse(response: JsonObject, answer: AnswerBuilder): void {
  answer.identify(response['responseId'], response['modelVersion']);
  readUsage(response['usageMetadata'], answer);
  // A prompt that was turned away has no candidates.
  const { blockReason } = asObject(response['promptFeedback']);
  if (typeof blockReason === 'string') answer.finish(0, blockReason);
  for (const [place, value] of asList(response['candidates']).entries()) {
    const candidate = asObject(value);
    const choice = typeof candidate['index'] === 'number' ? candidate['index'] : place;
    answer.finish(choice, candidate['finishReason']);
    for (const part of asList(asObject(candidate['content'])['parts'])) readPart(asObject(part), choice, answer);
  }
}

function readPart(part: JsonObject, choice: number, answer: AnswerBuilder): void {
  const call = part['functionCall'];
  if (part['thought'] === true) answer.other(choice, THOUGHT, 'reasoning');
  else if (isObject(call)) {
    // Calls come whole and have no number.
    const { id, name, args = {} } = call;
    answer.toolCall(choice, REST + answer.parts(choice), { id, name, value: args });
  } else {
    answer.text(choice, TEXT, part['text']);
    const kind = OTHER_KINDS.find((each) => part[each] !== undefined);
    if (kind !== undefined) answer.other(choice, REST + answer.parts(choice), kind);
  }
}

/** Thoughts are counted beside the answer, and what tools brought into the prompt beside the prompt: the conventions want the sums. */
function readUsage(value: unknown, answer: AnswerBuilder): void {
  if (!isObject(value)) return;
  const { promptTokenCount, toolUsePromptTokenCount, candidatesTokenCount, thoughtsTokenCount } = value;
  answer.usage({
    inputTokens: sum(promptTokenCount, toolUsePromptTokenCount),
    outputTokens: sum(candidatesTokenCount, thoughtsTokenCount),
    cachedInputTokens: value['cachedContentTokenCount'],
    reasoningTokens: thoughtsTokenCount,
  });
}

/** Of those counts that are there; nothing where none is. */
function sum(...counts: readonly unknown[]): number | undefined {
  const known = counts.filter((count) => typeof count === 'number');
  return known.length === 0 ? undefined : known.reduce((total, count) => total + count, 0);
}
