import type { Behaviour } from './behaviours.js';
import { named, type TypedEvent } from './events.js';
import { fields, list } from './foreign.js';
import { openaiError } from './openai-chat.js';
import type { Asked, Protocol } from './protocol.js';
import { CREATED, THOUGHT, TOOL_ARGUMENTS, toolsOf, wordsOf } from './words.js';

interface Item {
  readonly id: string;
  readonly type: string;
}

const USAGE = {
  input_tokens: 11,
  input_tokens_details: { cached_tokens: 4 },
  output_tokens: 7,
  output_tokens_details: { reasoning_tokens: 2 },
  total_tokens: 18,
};

/** OpenAI responses. */
export const openaiResponses: Protocol = {
  name: 'openai-responses',
  recognises: (path) => path.endsWith('/responses'),
  streamed: ({ body }) => body['stream'] === true,
  answer: (asked, behaviour) => response(asked, items(asked, behaviour), 'completed'),
  frames(asked, behaviour) {
    const output = items(asked, behaviour);
    const parts = output.flatMap((item, index) => itemEvents(item, index, words(asked, behaviour)));
    const started = { response: response(asked, [], 'in_progress') };
    const before: readonly TypedEvent[] = [
      { type: 'response.created', ...started },
      { type: 'response.in_progress', ...started },
    ];
    const error = { type: 'error', code: 'overloaded', message: 'overloaded', param: null };
    const events =
      behaviour.errorAfter === undefined
        ? [...before, ...parts, { type: 'response.completed', response: response(asked, output, 'completed') }]
        : [...before, ...parts.slice(0, 2 + behaviour.errorAfter), error];
    return events.map((event, index) => named({ ...event, sequence_number: index }));
  },
  error: openaiError,
};

function response({ body }: Asked, output: readonly Item[], status: string): object {
  return {
    id: 'resp_test',
    object: 'response',
    created_at: CREATED,
    model: body['model'],
    status,
    error: null,
    incomplete_details: null,
    instructions: body['instructions'] ?? null,
    output,
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
    usage: status === 'completed' ? USAGE : null,
  };
}

function items(asked: Asked, behaviour: Behaviour): readonly Item[] {
  const hasResult = list(asked.body['input']).some((item) => item['type'] === 'function_call_output');
  const calls = toolsOf(behaviour, hasResult).map((name, index) => ({
    type: 'function_call',
    id: index === 0 ? 'fc_test' : `fc_test_${index}`,
    call_id: index === 0 ? 'call_test' : `call_test_${index}`,
    name,
    arguments: JSON.stringify(TOOL_ARGUMENTS),
    status: 'completed',
  }));
  const text = words(asked, behaviour).join('');
  const content = [{ type: 'output_text', text, annotations: [], logprobs: [] }];
  const message = { type: 'message', id: 'msg_test', role: 'assistant', status: 'completed', content };
  const thought = { type: 'reasoning', id: 'rs_test', summary: [{ type: 'summary_text', text: THOUGHT }] };
  return [...(behaviour.thinking === true ? [thought] : []), ...(calls.length > 0 ? calls : [message])];
}

function itemEvents(item: Item, output_index: number, texts: readonly string[]): readonly TypedEvent[] {
  const at = { item_id: item.id, output_index };
  const added = (rest: object): TypedEvent => ({
    type: 'response.output_item.added',
    output_index,
    item: { ...item, status: 'in_progress', ...rest },
  });
  const done = { type: 'response.output_item.done', output_index, item };
  if (item.type === 'function_call') {
    const whole = JSON.stringify(TOOL_ARGUMENTS);
    return [
      added({ arguments: '' }),
      { type: 'response.function_call_arguments.delta', ...at, delta: whole },
      { type: 'response.function_call_arguments.done', ...at, arguments: whole },
      done,
    ];
  }
  if (item.type === 'reasoning') {
    const inside = { ...at, summary_index: 0 };
    return [
      added({ summary: [] }),
      { type: 'response.reasoning_summary_part.added', ...inside, part: { type: 'summary_text', text: '' } },
      { type: 'response.reasoning_summary_text.delta', ...inside, delta: THOUGHT },
      { type: 'response.reasoning_summary_text.done', ...inside, text: THOUGHT },
      { type: 'response.reasoning_summary_part.done', ...inside, part: { type: 'summary_text', text: THOUGHT } },
      done,
    ];
  }
  const inside = { ...at, content_index: 0 };
  const part = (text: string): object => ({ type: 'output_text', text, annotations: [], logprobs: [] });
  return [
    added({ content: [] }),
    { type: 'response.content_part.added', ...inside, part: part('') },
    ...texts.map((delta) => ({ type: 'response.output_text.delta', ...inside, delta, logprobs: [] })),
    { type: 'response.output_text.done', ...inside, text: texts.join(''), logprobs: [] },
    { type: 'response.content_part.done', ...inside, part: part(texts.join('')) },
    done,
  ];
}

function words({ body }: Asked, behaviour: Behaviour): readonly string[] {
  const { input } = body;
  const last = typeof input === 'string' ? input : list(input).at(-1)?.['content'];
  const said = typeof last === 'string' ? last : String(list(last).at(-1)?.['text']);
  const format = fields(fields(body['text'])['format'])['type'];
  return wordsOf(behaviour, said, format !== undefined && format !== 'text');
}
