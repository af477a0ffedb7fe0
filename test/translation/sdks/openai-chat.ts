import OpenAI from 'openai';
import { ANSWER, CALLS, IMAGE, MAX_TOKENS, NEXT, QUESTION, SCHEMA, SYSTEM, TOOLS, type Said } from '../content.js';
import { drain, type Speaker } from '../sdk.js';

type Messages = OpenAI.ChatCompletionCreateParams['messages'];

function messages(said: Said): Messages {
  const opening: Messages = [
    { role: 'system', content: SYSTEM },
    {
      role: 'user',
      content: [
        { type: 'text', text: QUESTION },
        { type: 'image_url', image_url: { url: `data:${IMAGE.mediaType};base64,${IMAGE.data}` } },
      ],
    },
  ];
  if (said === 'opening') return opening;
  return [
    ...opening,
    {
      role: 'assistant',
      content: null,
      tool_calls: CALLS.map(({ id, name, arguments: args }) => ({
        id,
        type: 'function',
        function: { name, arguments: JSON.stringify(args) },
      })),
    },
    ...CALLS.map(({ id, result }) => ({ role: 'tool' as const, tool_call_id: id, content: result })),
    { role: 'assistant', content: ANSWER },
    { role: 'user', content: NEXT },
  ];
}

export const openaiChat: Speaker = {
  dialect: 'openai-chat',
  prefix: '/v1',
  headers: ['authorization'],
  async ask({ baseUrl, apiKey, model, said, stream }) {
    const { completions } = new OpenAI({ baseURL: baseUrl, apiKey, maxRetries: 0 }).chat;
    const request = {
      model,
      messages: messages(said),
      max_completion_tokens: MAX_TOKENS,
      tools: TOOLS.map((tool) => ({ type: 'function' as const, function: tool as OpenAI.FunctionDefinition })),
      ...(said === 'whole' && {
        response_format: {
          type: 'json_schema' as const,
          json_schema: { name: 'answer', schema: { ...SCHEMA }, strict: true },
        },
      }),
    };
    if (!stream) await completions.create(request);
    else await drain(await completions.create({ ...request, stream: true, stream_options: { include_usage: true } }));
  },
};
