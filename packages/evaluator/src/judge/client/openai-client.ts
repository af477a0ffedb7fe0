import { z } from 'zod';
import type { Finish, ModelClient, ModelQuestion, ModelReply, ModelUsage } from '../model-client.js';
import { type ClientOptions, endpointOf } from './endpoint.js';
import { failed } from './exchange.js';
import { Forms } from './forms.js';
import type { OptionalField } from './refused-field.js';
import { sendQuestion } from './send-question.js';

/** What is no count is unknown: a negative one would give money back. */
const count = z.int().min(0);
const tokenSchema = z.object({ token: z.string(), logprob: z.number() });
const answerSchema = z.object({
  model: z.string().nullish(),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
        logprobs: z
          .object({ content: z.array(tokenSchema.extend({ top_logprobs: z.array(tokenSchema).nullish() })).nullish() })
          .nullish(),
      }),
    )
    .min(1),
});
const usageSchema = z.object({ usage: z.object({ prompt_tokens: count, completion_tokens: count }) });

type Field = 'json_schema' | 'json_object' | 'temperature' | 'max_completion_tokens' | 'top_logprobs';

/** In the order of suspicion. Without `max_completion_tokens` the older `max_tokens` is sent, without `top_logprobs` fewer of them. */
const FIELDS: readonly OptionalField<Field>[] = [
  { name: 'json_schema', mentioned: /response_format|json_schema|schema|structured/i },
  { name: 'json_object', mentioned: /response_format|json_object|json/i },
  { name: 'max_completion_tokens', mentioned: /max_completion_tokens/i },
  { name: 'temperature', mentioned: /temperature/i },
  { name: 'top_logprobs', mentioned: /top_logprobs/i },
];

const FINISHES: ReadonlyMap<string, Finish> = new Map([
  ['stop', 'stop'],
  ['length', 'length'],
  ['content_filter', 'filter'],
]);

/**
 * A client of any endpoint that speaks OpenAI's `/chat/completions`. A structured reply is asked for by JSON Schema, else as a JSON object, else by
 * words alone: what the server refuses is left out from then on.
 *
 * @param options.baseUrl with the version, such as `https://api.openai.com/v1`
 * @throws ConfigurationError
 */
export function createOpenAIClient(options: ClientOptions): ModelClient {
  const endpoint = endpointOf(options, '/chat/completions');
  const headers: Readonly<Record<string, string>> =
    endpoint.secret === '' ? {} : { authorization: `Bearer ${endpoint.secret}` };
  const way = { to: { ...endpoint, headers }, forms: new Forms(FIELDS), turns: options.turns };

  return {
    identity: { provider: endpoint.provider, model: options.model },
    async ask(question, { signal } = {}) {
      const { maxTokens } = question;
      const has = (name: Field): boolean => isUsed(name, question);
      const inForm = (without: ReadonlySet<Field>): unknown => bodyOf(options.model, question, without);
      const reply = await sendQuestion(way, { has, bodyOf: inForm, maxTokens, usageIn }, signal);
      return reply.status === 'ok' ? replyOf(reply.body) : failureOf(reply);
    },
  };
}

function isUsed(name: Field, { schema }: ModelQuestion): boolean {
  const structured = name === 'json_schema' || name === 'json_object';
  return schema === null ? !structured : name !== 'top_logprobs';
}

function bodyOf(model: string, question: ModelQuestion, without: ReadonlySet<Field>): unknown {
  const { system, user, maxTokens, schema } = question;
  return {
    model,
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: user },
    ],
    [without.has('max_completion_tokens') ? 'max_tokens' : 'max_completion_tokens']: maxTokens,
    ...(without.has('temperature') ? {} : { temperature: 0 }),
    ...(schema === null
      ? { logprobs: true, top_logprobs: without.has('top_logprobs') ? 5 : 20 }
      : formatOf(schema, without)),
  };
}

function formatOf(schema: object, without: ReadonlySet<Field>): object {
  if (!without.has('json_schema')) {
    return { response_format: { type: 'json_schema', json_schema: { name: 'judgement', strict: true, schema } } };
  }
  return without.has('json_object') ? {} : { response_format: { type: 'json_object' } };
}

function replyOf(body: unknown): ModelReply {
  const parsed = answerSchema.safeParse(body);
  const choice = parsed.data?.choices[0];
  if (!parsed.success || choice === undefined) return failureOf(failed('garbage', 'the answer is no chat completion'));
  const { model = null } = parsed.data;
  const { message, finish_reason: reason = null, logprobs } = choice;
  const first = logprobs?.content?.[0];
  const tokens = first === undefined ? undefined : first.top_logprobs?.length ? first.top_logprobs : [first];
  return {
    status: 'ok',
    text: message.content ?? '',
    finish: message.refusal ? 'filter' : (FINISHES.get(reason ?? '') ?? 'other'),
    finishReason: reason,
    model,
    usage: usageIn(body),
    ...(tokens === undefined
      ? {}
      : { tokens: tokens.map(({ token, logprob }) => ({ token, logProbability: logprob })) }),
  };
}

function usageIn(body: unknown): ModelUsage | null {
  const usage = usageSchema.safeParse(body).data?.usage;
  return usage === undefined ? null : { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens };
}

function failureOf({ said: _said, ...failure }: ReturnType<typeof failed>): ModelReply {
  return failure;
}
