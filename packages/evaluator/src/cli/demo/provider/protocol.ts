/** What the provider reads from a request of OpenAI's chat completions. */
export interface ChatRequest {
  readonly model: string;
  readonly stream: boolean;
  /** `stream_options.include_usage`. */
  readonly includeUsage: boolean;
  /** The text of all messages, in order. */
  readonly text: string;
}

export interface ChatUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

const PATH = '/v1/chat/completions';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => (isObject(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .join('');
}

export const isChatPath = (method: string | undefined, url: string | undefined): boolean =>
  method === 'POST' && url?.split('?', 1)[0] === PATH;

/** `null`: not a request of this protocol. */
export function readRequest(body: string): ChatRequest | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return null;
  }
  if (!isObject(parsed) || typeof parsed['model'] !== 'string' || !Array.isArray(parsed['messages'])) return null;
  const options = parsed['stream_options'];
  return {
    model: parsed['model'],
    stream: parsed['stream'] === true,
    includeUsage: isObject(options) && options['include_usage'] === true,
    text: parsed['messages']
      .map((message: unknown) => (isObject(message) ? textOf(message['content']) : ''))
      .join('\n'),
  };
}

/** About three tokens to four words, as for English text. */
export function usageOf(prompt: string, answer: string): ChatUsage {
  const tokens = (text: string): number => Math.ceil((text.split(/\s+/).filter(Boolean).length * 4) / 3);
  const [input, output] = [tokens(prompt), tokens(answer)];
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

/** What every object of one completion has in common. `created` is epoch seconds. */
export interface Completion {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

export function completionBody(completion: Completion, content: string, usage: ChatUsage): string {
  const message = { role: 'assistant', content, refusal: null };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: 'stop' }];
  return JSON.stringify({ ...completion, object: 'chat.completion', choices, usage });
}

/** The events of a streamed completion: the role, the pieces, the reason for the end, the usage where asked for, `[DONE]`. */
export function completionEvents(completion: Completion, pieces: readonly string[], usage: ChatUsage | null): string[] {
  const event = (fields: object): string =>
    `data: ${JSON.stringify({ ...completion, object: 'chat.completion.chunk', ...fields })}\n\n`;
  const chunk = (delta: object, finish_reason: string | null): string =>
    event({
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
      ...(usage === null ? {} : { usage: null }),
    });
  return [
    chunk({ role: 'assistant', content: '', refusal: null }, null),
    ...pieces.map((content) => chunk({ content }, null)),
    chunk({}, 'stop'),
    ...(usage === null ? [] : [event({ choices: [], usage })]),
    'data: [DONE]\n\n',
  ];
}

export function errorBody(type: string, message: string): string {
  return JSON.stringify({ error: { message, type, param: null, code: null } });
}
