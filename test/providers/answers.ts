import { pieces, type Behaviour } from './behaviours.js';

const CREATED = 1_700_000_000;
const USAGE = {
  prompt_tokens: 11,
  completion_tokens: 7,
  total_tokens: 18,
  prompt_tokens_details: { cached_tokens: 4 },
  completion_tokens_details: { reasoning_tokens: 2 },
};

export interface AskedFor {
  readonly model?: string;
  readonly stream?: boolean;
  readonly response_format?: unknown;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly messages?: readonly { readonly role: string; readonly content?: unknown }[];
}

export function completion(asked: AskedFor, behaviour: Behaviour): unknown {
  const tool = wantsTool(asked, behaviour);
  const message = tool
    ? { role: 'assistant', content: null, tool_calls: [toolCall(behaviour)] }
    : { role: 'assistant', content: textOf(asked, behaviour).join(''), refusal: null };
  return {
    id: 'chatcmpl-test',
    object: 'chat.completion',
    created: CREATED,
    model: `${asked.model}-2026`,
    choices: [{ index: 0, message, logprobs: null, finish_reason: tool ? 'tool_calls' : 'stop' }],
    usage: USAGE,
  };
}

/** The `data` of each event of a streamed answer; the text comes one piece an event. */
export function completionChunks(asked: AskedFor, behaviour: Behaviour): string[] {
  const chunk = (rest: object): string =>
    JSON.stringify({
      id: 'chatcmpl-test',
      object: 'chat.completion.chunk',
      created: CREATED,
      model: `${asked.model}-2026`,
      ...rest,
    });
  const choice = (delta: object, finish: string | null = null): string =>
    chunk({ choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] });
  const tool = wantsTool(asked, behaviour);
  const body = tool
    ? [choice({ tool_calls: [{ index: 0, ...toolCall(behaviour) }] })]
    : textOf(asked, behaviour).map((content) => choice({ content }));
  if (behaviour.errorAfter !== undefined) {
    const error = JSON.stringify({ error: { message: 'overloaded', type: 'server_error', code: 'overloaded' } });
    return [...body.slice(0, behaviour.errorAfter), error];
  }
  return [
    choice({ role: 'assistant', content: '' }),
    ...body,
    choice({}, tool ? 'tool_calls' : 'stop'),
    ...(asked.stream_options?.include_usage === true ? [chunk({ choices: [], usage: USAGE })] : []),
    '[DONE]',
  ];
}

export function response(asked: AskedFor, behaviour: Behaviour, status = 'completed'): unknown {
  const text = textOf(asked, behaviour).join('');
  const message = {
    type: 'message',
    id: 'msg_test',
    role: 'assistant',
    status,
    content: [{ type: 'output_text', text, annotations: [] }],
  };
  return {
    id: 'resp_test',
    object: 'response',
    created_at: CREATED,
    model: asked.model,
    status,
    output: status === 'completed' ? [message] : [],
    usage: status === 'completed' ? { input_tokens: 11, output_tokens: 7, total_tokens: 18 } : null,
  };
}

/** The events of a streamed response, as name and data. */
export function responseEvents(asked: AskedFor, behaviour: Behaviour): { readonly type: string }[] {
  const at = { item_id: 'msg_test', output_index: 0, content_index: 0 };
  const texts = textOf(asked, behaviour);
  const part = { type: 'output_text', text: '', annotations: [] };
  const item = { id: 'msg_test', type: 'message', role: 'assistant', status: 'in_progress', content: [] };
  const events = [
    { type: 'response.created', response: response(asked, behaviour, 'in_progress') },
    { type: 'response.output_item.added', output_index: 0, item },
    { type: 'response.content_part.added', ...at, part },
    ...texts.map((delta) => ({ type: 'response.output_text.delta', ...at, delta, logprobs: [] })),
    { type: 'response.output_text.done', ...at, text: texts.join(''), logprobs: [] },
    { type: 'response.completed', response: response(asked, behaviour) },
  ];
  return events.map((event, index) => ({ ...event, sequence_number: index }));
}

function wantsTool(asked: AskedFor, behaviour: Behaviour): boolean {
  return behaviour.tool !== undefined && asked.messages?.some((message) => message.role === 'tool') !== true;
}

function toolCall(behaviour: Behaviour): object {
  return { id: 'call_test', type: 'function', function: { name: behaviour.tool, arguments: '{"city":"Zürich"}' } };
}

function textOf(asked: AskedFor, behaviour: Behaviour): string[] {
  if (behaviour.echo === true) return [`You said – `, String(asked.messages?.at(-1)?.content), ' ✓'];
  return asked.response_format === undefined ? pieces(behaviour.pieces ?? 5) : ['{"answer":', '"forty-two"', '}'];
}
