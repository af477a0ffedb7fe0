import type { Behaviour } from './behaviours.js';
import { named, type TypedEvent } from './events.js';
import { fields, list } from './foreign.js';
import type { Asked, Protocol } from './protocol.js';
import { THOUGHT, TOOL_ARGUMENTS, toolsOf, wordsOf } from './words.js';

/** `input_tokens` is what no cache had: the input is the sum of the three. */
const USAGE = { input_tokens: 6, cache_creation_input_tokens: 1, cache_read_input_tokens: 4, output_tokens: 7 };

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

/** Anthropic messages. */
export const anthropicMessages: Protocol = {
  name: 'anthropic-messages',
  recognises: (path) => path.endsWith('/messages'),
  streamed: ({ body }) => body['stream'] === true,
  answer(asked, behaviour) {
    const content = blocks(asked, behaviour);
    return message(asked, { content, stop_reason: stopReason(content), usage: USAGE });
  },
  frames(asked, behaviour) {
    const content = blocks(asked, behaviour);
    const parts = content.flatMap((block, index) => blockEvents(block, index, words(asked, behaviour)));
    const started = message(asked, { content: [], stop_reason: null, usage: { ...USAGE, output_tokens: 1 } });
    const before: readonly TypedEvent[] = [{ type: 'message_start', message: started }];
    if (behaviour.errorAfter !== undefined) {
      const error = {
        type: 'error',
        error: { type: 'overloaded_error', message: 'Overloaded' },
        request_id: 'req_test',
      };
      return [...before, ...parts.slice(0, 1 + behaviour.errorAfter), error].map(named);
    }
    const delta = { stop_reason: stopReason(content), stop_sequence: null };
    const after = [{ type: 'message_delta', delta, usage: USAGE }, { type: 'message_stop' }];
    const [first, ...rest] = parts;
    return [...before, ...(first === undefined ? [] : [first]), { type: 'ping' }, ...rest, ...after].map(named);
  },
  error: (status) => ({
    type: 'error',
    error: { type: ERROR_TYPES[status] ?? 'api_error', message: `made to fail with ${status}` },
    request_id: 'req_test',
  }),
  requestIdHeader: 'request-id',
};

type Block = Readonly<Record<string, unknown>> & { readonly type: string };

function message({ body }: Asked, rest: object): object {
  const { model } = body;
  return { id: 'msg_test', type: 'message', role: 'assistant', model, stop_sequence: null, ...rest };
}

function stopReason(content: readonly Block[]): string {
  return content.some((block) => block.type === 'tool_use') ? 'tool_use' : 'end_turn';
}

function blocks(asked: Asked, behaviour: Behaviour): readonly Block[] {
  const thought = behaviour.thinking === true ? [{ type: 'thinking', thinking: THOUGHT, signature: 'sig_test' }] : [];
  const calls = toolsOf(behaviour, hasResult(asked)).map((name, index) => ({
    type: 'tool_use',
    id: index === 0 ? 'toolu_test' : `toolu_test_${index}`,
    name,
    input: TOOL_ARGUMENTS,
  }));
  const text = { type: 'text', text: words(asked, behaviour).join('') };
  return [...thought, ...(calls.length > 0 ? calls : [text])];
}

function hasResult({ body }: Asked): boolean {
  return list(body['messages'])
    .flatMap((entry) => list(entry['content']))
    .some((block) => block['type'] === 'tool_result');
}

function blockEvents(block: Block, index: number, texts: readonly string[]): readonly TypedEvent[] {
  const start = (content_block: object): TypedEvent => ({
    type: 'content_block_start',
    index,
    content_block,
  });
  const delta = (value: object): TypedEvent => ({ type: 'content_block_delta', index, delta: value });
  const stop = { type: 'content_block_stop', index };
  if (block.type === 'tool_use') {
    const whole = JSON.stringify(TOOL_ARGUMENTS);
    const halves = [whole.slice(0, 5), whole.slice(5)];
    return [
      start({ ...block, input: {} }),
      ...halves.map((partial_json) => delta({ type: 'input_json_delta', partial_json })),
      stop,
    ];
  }
  if (block.type === 'thinking') {
    return [
      start({ type: 'thinking', thinking: '', signature: '' }),
      delta({ type: 'thinking_delta', thinking: THOUGHT }),
      delta({ type: 'signature_delta', signature: 'sig_test' }),
      stop,
    ];
  }
  return [start({ type: 'text', text: '' }), ...texts.map((text) => delta({ type: 'text_delta', text })), stop];
}

function words({ body }: Asked, behaviour: Behaviour): readonly string[] {
  const last = list(body['messages']).at(-1)?.['content'];
  const said = typeof last === 'string' ? last : String(list(last).at(-1)?.['text']);
  const format = fields(body['output_config'])['format'] ?? body['output_format'];
  return wordsOf(behaviour, said, format !== undefined && format !== null);
}
