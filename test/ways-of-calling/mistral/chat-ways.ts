import { ownFetch } from '../reading.js';
import type { Way } from '../way.js';
import { type MistralKit, PLAIN, WEATHER, ANSWER } from './kit.js';

/** One answer in one JSON body. */
export const chatWays: readonly Way<MistralKit>[] = [
  ...(['plain', 'delayed'] as const).map((behaviour): Way<MistralKit> => ({
    name: `chat.complete(), ${behaviour}`,
    behaviour,
    legs: ['ok'],
    run: ({ client }) => client().chat.complete(PLAIN),
  })),
  {
    name: 'two at once',
    behaviour: 'plain',
    legs: ['ok', 'ok'],
    run: ({ client }) => {
      const mistral = client();
      return Promise.all([mistral.chat.complete(PLAIN), mistral.chat.complete(PLAIN)]);
    },
  },
  {
    name: 'a JSON schema',
    behaviour: 'plain',
    legs: ['ok'],
    run: ({ client }) => client().chat.complete({ ...PLAIN, responseFormat: ANSWER }),
  },
  {
    name: 'a tool call',
    behaviour: 'tool',
    legs: ['ok'],
    run: ({ client }) => client().chat.complete({ ...PLAIN, tools: [WEATHER] }),
  },
  {
    name: 'embeddings.create()',
    behaviour: 'plain',
    dialect: 'openai-embeddings',
    legs: ['ok'],
    run: ({ client }) => client().embeddings.create({ model: 'mistral-embed', inputs: ['one', 'two'] }),
  },
  {
    name: 'a fetch and hooks of its own',
    behaviour: 'plain',
    legs: ['ok'],
    run: async (tools) => {
      const httpClient = new tools.HTTPClient({ fetcher: ownFetch(tools) });
      httpClient.addHook('beforeRequest', (request) => {
        const changed = new Request(request);
        changed.headers.set('x-hooked', 'yes');
        return changed;
      });
      httpClient.addHook('response', async (response) => tools.note([response.status, await response.clone().text()]));
      return tools.client({ httpClient }).chat.complete(PLAIN);
    },
  },
  {
    name: 'an answer that is not JSON',
    behaviour: 'garbage',
    legs: ['error:unreadable_answer'],
    run: ({ client }) => client().chat.complete(PLAIN),
  },
];
