import { data } from './events.js';
import { openaiError } from './openai-chat.js';
import type { Asked, Protocol } from './protocol.js';
import { CREATED, wordsOf } from './words.js';

const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };

/** OpenAI's legacy completions. */
export const openaiCompletions: Protocol = {
  name: 'openai-completions',
  recognises: (path) => path.endsWith('/completions') && !path.endsWith('/chat/completions'),
  streamed: ({ body }) => body['stream'] === true,
  answer: (asked, behaviour) =>
    completion(asked, wordsOf(behaviour, String(asked.body['prompt']), false).join(''), 'stop', { usage: USAGE }),
  frames(asked, behaviour) {
    const texts = wordsOf(behaviour, String(asked.body['prompt']), false).map((text) => completion(asked, text, null));
    if (behaviour.errorAfter !== undefined) {
      const error = { error: { message: 'overloaded', type: 'server_error', code: 'overloaded' } };
      return [...texts.slice(0, behaviour.errorAfter), error].map(data);
    }
    const usage = (asked.body['stream_options'] as { include_usage?: boolean } | undefined)?.include_usage === true;
    const last = usage ? [{ ...completion(asked, '', null), choices: [], usage: USAGE }] : [];
    return [...texts, completion(asked, '', 'stop'), ...last, '[DONE]'].map(data);
  },
  error: openaiError,
};

function completion({ body }: Asked, text: string, finish: string | null, rest: object = {}): object {
  return {
    id: 'cmpl-test',
    object: 'text_completion',
    created: CREATED,
    model: body['model'],
    choices: [{ index: 0, text, logprobs: null, finish_reason: finish }],
    ...rest,
  };
}
