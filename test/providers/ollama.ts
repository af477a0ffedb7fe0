import type { Behaviour } from './behaviours.js';
import { list } from './foreign.js';
import type { Asked, Protocol } from './protocol.js';
import { THOUGHT, TOOL_ARGUMENTS, toolsOf, wordsOf } from './words.js';

const DONE = {
  done_reason: 'stop',
  total_duration: 5_000_000,
  load_duration: 1_000_000,
  prompt_eval_count: 11,
  prompt_eval_duration: 2_000_000,
  eval_count: 7,
  eval_duration: 2_000_000,
};

/** Ollama's chat. */
export const ollamaChat: Protocol = protocol('ollama-chat', '/api/chat', (text, thought, calls) => ({
  message: {
    role: 'assistant',
    content: text,
    ...(thought === null ? {} : { thinking: thought }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  },
}));

/** Ollama's generate. */
export const ollamaGenerate: Protocol = protocol('ollama-generate', '/api/generate', (text, thought) => ({
  response: text,
  ...(thought === null ? {} : { thinking: thought }),
}));

/** `said`: how a piece of an answer stands in the body. */
function protocol(
  name: string,
  suffix: string,
  said: (text: string, thought: string | null, calls: readonly object[]) => object,
): Protocol {
  const piece = ({ body }: Asked, rest: object): object => {
    return { model: body['model'], created_at: '2023-11-14T22:13:20.000000Z', ...rest };
  };
  return {
    name,
    recognises: (path) => path.endsWith(suffix),
    // It streams unless told not to.
    streamed: ({ body }) => body['stream'] !== false,
    answer(asked, behaviour) {
      const calls = toolCalls(asked, behaviour);
      const text = calls.length > 0 ? '' : words(asked, behaviour).join('');
      const thought = behaviour.thinking === true ? THOUGHT : null;
      return piece(asked, { ...said(text, thought, calls), done: true, ...DONE });
    },
    frames(asked, behaviour) {
      const calls = toolCalls(asked, behaviour);
      const thought = behaviour.thinking === true ? [said('', THOUGHT, [])] : [];
      const body =
        calls.length > 0 ? [said('', null, calls)] : words(asked, behaviour).map((text) => said(text, null, []));
      const pieces = [...thought, ...body].map((part) => piece(asked, { ...part, done: false }));
      const last = piece(asked, { ...said('', null, []), done: true, ...DONE });
      const lines =
        behaviour.errorAfter === undefined
          ? [...pieces, last]
          : [...pieces.slice(0, behaviour.errorAfter), { error: 'overloaded' }];
      return lines.map((line) => `${JSON.stringify(line)}\n`);
    },
    streamType: () => 'application/x-ndjson',
    error: (status) => ({ error: `made to fail with ${status}` }),
  };
}

function toolCalls({ body }: Asked, behaviour: Behaviour): readonly object[] {
  const hasResult = list(body['messages']).some((message) => message['role'] === 'tool');
  return toolsOf(behaviour, hasResult).map((name) => ({ function: { name, arguments: TOOL_ARGUMENTS } }));
}

function words({ body }: Asked, behaviour: Behaviour): readonly string[] {
  const last = body['prompt'] ?? list(body['messages']).at(-1)?.['content'];
  return wordsOf(behaviour, String(last), body['format'] !== undefined && body['format'] !== '');
}
