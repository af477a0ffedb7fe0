import { type ChatRequest, type Message, Ollama } from 'ollama';
import { ANSWER, CALLS, IMAGE, MAX_TOKENS, NEXT, QUESTION, SCHEMA, SYSTEM, TOOLS, type Said } from '../content.js';
import { drain, type Speaker } from '../sdk.js';

function messages(said: Said): Message[] {
  const opening: Message[] = [
    { role: 'system', content: SYSTEM },
    { role: 'user', content: QUESTION, images: [IMAGE.data] },
  ];
  if (said === 'opening') return opening;
  return [
    ...opening,
    {
      role: 'assistant',
      content: '',
      tool_calls: CALLS.map(({ name, arguments: args }) => ({ function: { name, arguments: args } })),
    },
    ...CALLS.map(({ name, result }) => ({ role: 'tool', tool_name: name, content: result })),
    { role: 'assistant', content: ANSWER },
    { role: 'user', content: NEXT },
  ];
}

export const ollamaChat: Speaker = {
  dialect: 'ollama-chat',
  prefix: '',
  headers: ['authorization'],
  async ask({ baseUrl, apiKey, model, said, stream }) {
    const client = new Ollama({ host: baseUrl, headers: { authorization: `Bearer ${apiKey}` } });
    const request: ChatRequest = {
      model,
      messages: messages(said),
      options: { num_predict: MAX_TOKENS },
      tools: TOOLS.map((tool) => ({ type: 'function', function: tool })),
      ...(said === 'whole' && { format: SCHEMA }),
    };
    if (!stream) await client.chat({ ...request, stream: false });
    else await drain(await client.chat({ ...request, stream: true }));
  },
};
