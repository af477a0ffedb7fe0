import type { AnswerBuilder } from '../answer-builder.js';
import type { AnswerFormat } from '../answer-reader.js';
import { asList, asObject, isObject, type JsonObject } from '../json.js';

/** Places of the parts: text, thoughts, and from there calls as they come. */
const TEXT = 0;
const THOUGHT = 1;
const CALLS = 2;

/** How chat's answers are read: lines, of which each has the shape of a whole answer. One body is one line. */
export const ollamaChatAnswer: AnswerFormat = linesOf((line, answer) => {
  const message = line['message'];
  if (!isObject(message)) return;
  answer.role(0, message['role']);
  readSaid(message['content'], message['thinking'], answer);
  for (const value of asList(message['tool_calls'])) {
    const call = asObject(value);
    const { name, arguments: args = {} } = asObject(call['function']);
    // Calls come whole, and not all servers number them.
    answer.toolCall(0, CALLS + answer.parts(0), { id: call['id'], name, value: args });
  }
});

/** The same for generate. */
export const ollamaGenerateAnswer: AnswerFormat = linesOf((line, answer) =>
  readSaid(line['response'], line['thinking'], answer),
);

function readSaid(text: unknown, thinking: unknown, answer: AnswerBuilder): void {
  answer.text(0, TEXT, text);
  if (typeof thinking === 'string' && thinking !== '') answer.other(0, THOUGHT, 'reasoning');
}

function linesOf(said: (line: JsonObject, answer: AnswerBuilder) => void): AnswerFormat {
  return {
    lines: true,
    // `stop` and `length` are the canonical words; `load` and `unload` end an answer to nothing.
    finishWords: {},
    whole: () => false,
    event(line, answer) {
      answer.identify(null, line['model']);
      said(line, answer);
      if (line['done'] !== true) return;
      answer.finish(0, line['done_reason'] ?? 'stop');
      answer.usage({ inputTokens: line['prompt_eval_count'], outputTokens: line['eval_count'] });
      answer.end();
    },
  };
}
