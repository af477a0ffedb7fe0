import { z } from 'zod';
import type { Finish, ModelClient, ModelQuestion, ModelReply, ModelUsage } from '../model-client.js';
import { type ClientOptions, endpointOf } from './endpoint.js';
import { failed } from './exchange.js';
import { Forms } from './forms.js';
import type { OptionalField } from './refused-field.js';
import { sendQuestion } from './send-question.js';

const answerSchema = z.object({
  model: z.string().nullish(),
  stop_reason: z.string().nullish(),
  content: z.array(
    z.object({
      type: z.string(),
      text: z.string().nullish(),
      name: z.string().nullish(),
      input: z.unknown().optional(),
    }),
  ),
});
/** What is no count is unknown: a negative one would give money back. */
const count = z.int().min(0);
const usageSchema = z.object({
  usage: z.object({
    input_tokens: count,
    output_tokens: count,
    cache_read_input_tokens: count.nullish(),
    cache_creation_input_tokens: count.nullish(),
  }),
});

const VERSION = '2023-06-01';
const TOOL = 'give_judgement';

type Field = 'tool' | 'temperature';
const FIELDS: readonly OptionalField<Field>[] = [
  { name: 'tool', mentioned: /tool/i },
  { name: 'temperature', mentioned: /temperature/i },
];

const FINISHES: ReadonlyMap<string, Finish> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['tool_use', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['refusal', 'filter'],
]);

/**
 * A client of Anthropic's `/v1/messages`. A structured reply is the input of a tool that has to be called; where tools, or forcing one, are refused, JSON
 * in the text. It gives no log-probabilities: in token mode a judge by it abstains (`no_probabilities`).
 *
 * @param options.baseUrl without the version, such as `https://api.anthropic.com`; with `/v1` it is taken as well
 * @throws ConfigurationError
 */
export function createAnthropicClient(options: ClientOptions): ModelClient {
  const baseUrl = options.baseUrl.replace(/\/v1\/*$/, '');
  const endpoint = endpointOf({ ...options, baseUrl }, '/v1/messages');
  const key = endpoint.secret === '' ? {} : { 'x-api-key': endpoint.secret };
  const headers = { 'anthropic-version': VERSION, ...key };
  const way = { to: { ...endpoint, headers }, forms: new Forms(FIELDS), turns: options.turns };

  return {
    identity: { provider: endpoint.provider, model: options.model },
    async ask(question, { signal } = {}) {
      const { maxTokens } = question;
      const has = (name: Field): boolean => question.schema !== null || name !== 'tool';
      const inForm = (without: ReadonlySet<Field>): unknown => bodyOf(options.model, question, without);
      const reply = await sendQuestion(way, { has, bodyOf: inForm, maxTokens, usageIn }, signal);
      return reply.status === 'ok' ? replyOf(reply.body) : failureOf(reply);
    },
  };
}

function bodyOf(model: string, question: ModelQuestion, without: ReadonlySet<Field>): unknown {
  const { system, user, maxTokens, schema } = question;
  const tool = { name: TOOL, description: 'States the judgement.', input_schema: schema };
  return {
    model,
    max_tokens: maxTokens,
    system,
    messages: [{ role: 'user', content: user }],
    ...(without.has('temperature') ? {} : { temperature: 0 }),
    ...(schema === null || without.has('tool') ? {} : { tools: [tool], tool_choice: { type: 'tool', name: TOOL } }),
  };
}

function replyOf(body: unknown): ModelReply {
  const parsed = answerSchema.safeParse(body);
  if (!parsed.success) return failureOf(failed('garbage', 'the answer is no message'));
  const { content, model = null, stop_reason: reason = null } = parsed.data;
  const called = content.find((block) => block.type === 'tool_use' && block.name === TOOL);
  const texts = content.filter(({ type }) => type === 'text').map(({ text }) => text ?? '');
  return {
    status: 'ok',
    text: called === undefined ? texts.join('') : (JSON.stringify(called.input) ?? ''),
    finish: FINISHES.get(reason ?? '') ?? 'other',
    finishReason: reason,
    model,
    usage: usageIn(body),
  };
}

function usageIn(body: unknown): ModelUsage | null {
  const usage = usageSchema.safeParse(body).data?.usage;
  if (usage === undefined) return null;
  const { input_tokens: input, cache_read_input_tokens: read, cache_creation_input_tokens: written } = usage;
  return { inputTokens: input + (read ?? 0) + (written ?? 0), outputTokens: usage.output_tokens };
}

function failureOf({ said: _said, ...failure }: ReturnType<typeof failed>): ModelReply {
  return failure;
}
