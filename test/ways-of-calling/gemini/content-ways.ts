import { ownFetch } from '../reading.js';
import type { Way } from '../way.js';
import { type GeminiKit, PLAIN, WEATHER, weatherTool, config } from './kit.js';

/** One answer in one JSON body. */
export const contentWays: readonly Way<GeminiKit>[] = [
  ...(['plain', 'delayed', 'thinking'] as const).map((behaviour): Way<GeminiKit> => ({
    name: `generateContent, ${behaviour}`,
    behaviour,
    legs: ['ok'],
    run: async ({ client }) => {
      const response = await client().models.generateContent(PLAIN);
      return [response, response.text];
    },
  })),
  {
    name: 'two at once',
    behaviour: 'plain',
    legs: ['ok', 'ok'],
    run: ({ client }) => {
      const gemini = client();
      return Promise.all([gemini.models.generateContent(PLAIN), gemini.models.generateContent(PLAIN)]);
    },
  },
  {
    name: 'a JSON schema',
    behaviour: 'plain',
    legs: ['ok'],
    run: async ({ client }) => {
      const schema = { type: 'object', properties: { answer: { type: 'string' } } };
      const asked = config({ responseMimeType: 'application/json', responseJsonSchema: schema });
      return (await client().models.generateContent(asked)).text;
    },
  },
  {
    name: 'a tool call',
    behaviour: 'tool',
    legs: ['ok'],
    run: async ({ client }) =>
      (await client().models.generateContent(config({ tools: [{ functionDeclarations: [WEATHER] }] }))).functionCalls,
  },
  {
    name: 'automatic function calling',
    behaviour: 'tool',
    legs: ['ok', 'ok'],
    run: ({ client }) => client().models.generateContent(config({ tools: [weatherTool] })),
  },
  {
    name: 'chats.sendMessage(), twice',
    behaviour: 'plain',
    legs: ['ok', 'ok'],
    run: async ({ client }) => {
      const chat = client().chats.create({ model: PLAIN.model });
      return [
        await chat.sendMessage({ message: 'one' }),
        await chat.sendMessage({ message: 'two' }),
        chat.getHistory(),
      ];
    },
  },
  {
    name: 'a fetch of its own',
    behaviour: 'plain',
    legs: ['ok'],
    run: (tools) => tools.client({ fetch: ownFetch(tools) }).models.generateContent(PLAIN),
  },
  {
    name: 'an answer that is not JSON',
    behaviour: 'garbage',
    legs: ['error:unreadable_answer'],
    run: ({ client }) => client().models.generateContent(PLAIN),
  },
];
