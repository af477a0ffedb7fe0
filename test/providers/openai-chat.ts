import type { Behaviour } from './behaviours.js';
import { data } from './events.js';
import { list } from './foreign.js';
import type { Asked, Protocol } from './protocol.js';
import { CREATED, THOUGHT, TOOL_ARGUMENTS, toolsOf, wordsOf } from './words.js';

const USAGE = {
  prompt_tokens: 11,
  completion_tokens: 7,
  total_tokens: 18,
  prompt_tokens_details: { cached_tokens: 4 },
  completion_tokens_details: { reasoning_tokens: 2 },
};

/** OpenAI chat completions, and what hosts like Mistral make of it. */
export const openaiChat: Protocol = {
  name: 'openai-chat',
  recognises: (path) => path.endsWith('/chat/completions'),
  streamed: ({ body }) => body['stream'] === true,
  answer(asked, behaviour) {
    const calls = toolCalls(asked, behaviour);
    const message =
      calls.length > 0
        ? { role: 'assistant', content: null, tool_calls: calls }
        : { role: 'assistant', content: words(asked, behaviour).join(''), refusal: null, ...reasoning(behaviour) };
    return {
      id: 'chatcmpl-test',
      object: 'chat.completion',
      created: CREATED,
      model: `${String(asked.body['model'])}-2026`,
      choices: [{ index: 0, message, logprobs: null, finish_reason: calls.length > 0 ? 'tool_calls' : 'stop' }],
      usage: USAGE,
    };
  },
  frames: (asked, behaviour) => chunks(asked, behaviour).map(data),
  error: openaiError,
};

/** The error body all protocols of OpenAI share. */
export function openaiError(status: number): unknown {
  if (status === 404)
    return { error: { message: 'no such behaviour or path', type: 'not_found', code: null, param: null } };
  const message = `made to fail with ${status}`;
  return { error: { message, type: 'test_error', param: 'model', code: 'made_to_fail' } };
}

function chunks(asked: Asked, behaviour: Behaviour): readonly unknown[] {
  const chunk = (rest: object): object => ({
    id: 'chatcmpl-test',
    object: 'chat.completion.chunk',
    created: CREATED,
    model: `${String(asked.body['model'])}-2026`,
    ...rest,
  });
  const choice = (delta: object, finish: string | null = null): object =>
    chunk({ choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] });
  const calls = toolCalls(asked, behaviour);
  const thought = behaviour.thinking === true ? [choice(reasoning(behaviour))] : [];
  const body =
    calls.length > 0
      ? calls.map((call, index) => choice({ tool_calls: [{ index, ...call }] }))
      : [...thought, ...words(asked, behaviour).map((content) => choice({ content }))];
  if (behaviour.errorAfter !== undefined) {
    const error = { error: { message: 'overloaded', type: 'server_error', code: 'overloaded' } };
    return [...body.slice(0, behaviour.errorAfter), error];
  }
  const usage = (asked.body['stream_options'] as { include_usage?: boolean } | undefined)?.include_usage === true;
  return [
    choice({ role: 'assistant', content: '' }),
    ...body,
    choice({}, calls.length > 0 ? 'tool_calls' : 'stop'),
    ...(usage ? [chunk({ choices: [], usage: USAGE })] : []),
    '[DONE]',
  ];
}

/** As vLLM, DeepSeek and others give it. */
function reasoning(behaviour: Behaviour): object {
  return behaviour.thinking === true ? { reasoning_content: THOUGHT } : {};
}

function toolCalls({ body }: Asked, behaviour: Behaviour): readonly object[] {
  const hasResult = list(body['messages']).some((message) => message['role'] === 'tool');
  return toolsOf(behaviour, hasResult).map((name, index) => ({
    id: index === 0 ? 'call_test' : `call_test_${index}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(TOOL_ARGUMENTS) },
  }));
}

function words({ body }: Asked, behaviour: Behaviour): readonly string[] {
  const last = list(body['messages']).at(-1)?.['content'];
  return wordsOf(behaviour, String(last), body['response_format'] !== undefined);
}
