import OpenAI from 'openai';
import { ANSWER, CALLS, IMAGE, MAX_TOKENS, NEXT, QUESTION, SCHEMA, SYSTEM, TOOLS, type Said } from '../content.js';
import { drain, type Speaker } from '../sdk.js';

type Input = OpenAI.Responses.ResponseInput;

function input(said: Said): Input {
  const opening: Input = [
    {
      role: 'user',
      content: [
        { type: 'input_text', text: QUESTION },
        { type: 'input_image', image_url: `data:${IMAGE.mediaType};base64,${IMAGE.data}`, detail: 'auto' },
      ],
    },
  ];
  if (said === 'opening') return opening;
  return [
    ...opening,
    ...CALLS.map(({ id, name, arguments: args }) => {
      return { type: 'function_call' as const, call_id: id, name, arguments: JSON.stringify(args) };
    }),
    ...CALLS.map(({ id, result }) => ({ type: 'function_call_output' as const, call_id: id, output: result })),
    { role: 'assistant', content: ANSWER },
    { role: 'user', content: NEXT },
  ];
}

export const openaiResponses: Speaker = {
  dialect: 'openai-responses',
  prefix: '/v1',
  headers: ['authorization'],
  async ask({ baseUrl, apiKey, model, said, stream }) {
    const { responses } = new OpenAI({ baseURL: baseUrl, apiKey, maxRetries: 0 });
    const request = {
      model,
      instructions: SYSTEM,
      input: input(said),
      store: false,
      max_output_tokens: MAX_TOKENS,
      tools: TOOLS.map(({ name, description, parameters }) => ({
        type: 'function' as const,
        name,
        description,
        parameters,
        strict: false,
      })),
      ...(said === 'whole' && {
        text: { format: { type: 'json_schema' as const, name: 'answer', schema: { ...SCHEMA }, strict: true } },
      }),
    };
    if (!stream) await responses.create(request);
    else await drain(await responses.create({ ...request, stream: true }));
  },
};
