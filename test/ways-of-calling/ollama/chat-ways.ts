import { ownFetch } from '../reading.js';
import type { Way } from '../way.js';
import { type OllamaKit, CHAT, GENERATE, WEATHER, ANSWER } from './kit.js';

/** One answer in one JSON body. */
export const chatWays: readonly Way<OllamaKit>[] = [
  ...(['plain', 'delayed', 'thinking'] as const).map((behaviour): Way<OllamaKit> => ({
    name: `chat, ${behaviour}`,
    behaviour,
    legs: ['ok'],
    run: ({ client }) => client().chat(CHAT),
  })),
  {
    name: 'two at once',
    behaviour: 'plain',
    legs: ['ok', 'ok'],
    run: ({ client }) => {
      const ollama = client();
      return Promise.all([ollama.chat(CHAT), ollama.chat(CHAT)]);
    },
  },
  {
    name: 'chat, a JSON schema',
    behaviour: 'plain',
    legs: ['ok'],
    run: ({ client }) => client().chat({ ...CHAT, format: ANSWER }),
  },
  {
    name: 'chat, a tool call and its result',
    behaviour: 'tool',
    legs: ['ok', 'ok'],
    run: async ({ client }) => {
      const { message } = await client().chat({ ...CHAT, tools: [WEATHER] });
      const result = { role: 'tool', content: 'sunny', tool_name: 'get_weather' };
      return client().chat({ ...CHAT, tools: [WEATHER], messages: [...CHAT.messages, message, result] });
    },
  },
  {
    name: 'a fetch of its own',
    behaviour: 'plain',
    legs: ['ok'],
    run: (tools) => tools.client({ fetch: ownFetch(tools) }).chat(CHAT),
  },
  {
    name: 'generate',
    behaviour: 'plain',
    dialect: 'ollama-generate',
    legs: ['ok'],
    run: ({ client }) => client().generate({ ...GENERATE, images: ['aW1hZ2U='] }),
  },
  {
    name: 'an answer that is not JSON',
    behaviour: 'garbage',
    legs: ['error:unreadable_answer'],
    run: ({ client }) => client().chat(CHAT),
  },
];
