import Anthropic from '@anthropic-ai/sdk';
import { ANSWER, CALLS, IMAGE, MAX_TOKENS, NEXT, QUESTION, SCHEMA, SYSTEM, TOOLS, type Said } from '../content.js';
import { drain, type Speaker } from '../sdk.js';

type Messages = Anthropic.MessageParam[];

function messages(said: Said): Messages {
  const opening: Messages = [
    {
      role: 'user',
      content: [
        { type: 'text', text: QUESTION },
        { type: 'image', source: { type: 'base64', media_type: IMAGE.mediaType, data: IMAGE.data } },
      ],
    },
  ];
  if (said === 'opening') return opening;
  return [
    ...opening,
    {
      role: 'assistant',
      content: CALLS.map(({ id, name, arguments: input }) => ({ type: 'tool_use', id, name, input })),
    },
    {
      role: 'user',
      content: CALLS.map(({ id, result }) => ({ type: 'tool_result', tool_use_id: id, content: result })),
    },
    { role: 'assistant', content: ANSWER },
    { role: 'user', content: NEXT },
  ];
}

export const anthropicMessages: Speaker = {
  dialect: 'anthropic-messages',
  prefix: '',
  headers: ['authorization', 'anthropic-version'],
  async ask({ baseUrl, apiKey, model, said, stream }) {
    const client = new Anthropic({ baseURL: baseUrl, apiKey, maxRetries: 0 });
    const request = {
      model,
      max_tokens: MAX_TOKENS,
      system: SYSTEM,
      messages: messages(said),
      tools: TOOLS.map(({ name, description, parameters }) => ({
        name,
        description,
        input_schema: parameters as Anthropic.Tool.InputSchema,
      })),
      ...(said === 'whole' && {
        output_config: { format: { type: 'json_schema' as const, schema: { ...SCHEMA } } },
      }),
    };
    if (!stream) await client.messages.create(request);
    else await drain(await client.messages.create({ ...request, stream: true }));
  },
};
