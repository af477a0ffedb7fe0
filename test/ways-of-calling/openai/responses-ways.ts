import { RESPONSE } from './requests.js';
import type { Way } from '../way.js';
import type { OpenAIKit } from './kit.js';

/** The responses API. */
export const responsesWays: readonly Way<OpenAIKit>[] = [
  {
    name: 'responses.create',
    behaviour: 'plain',
    dialect: 'openai-responses',
    legs: ['ok'],
    run: ({ client }) => client().responses.create(RESPONSE),
  },
  {
    name: 'responses.create withResponse',
    behaviour: 'plain',
    dialect: 'openai-responses',
    legs: ['ok'],
    run: async ({ client }) => {
      const { data, response } = await client().responses.create(RESPONSE).withResponse();
      return { data, status: response.status };
    },
  },
  {
    name: 'responses.create, a stream',
    behaviour: 'plain',
    dialect: 'openai-responses',
    legs: ['ok'],
    run: async ({ client, note }) => {
      for await (const event of await client().responses.create({ ...RESPONSE, stream: true })) note(event);
    },
  },
  {
    name: 'responses.create, a stream withResponse',
    behaviour: 'plain',
    dialect: 'openai-responses',
    legs: ['ok'],
    run: async ({ client, note }) => {
      const { data, response } = await client()
        .responses.create({ ...RESPONSE, stream: true })
        .withResponse();
      for await (const event of data) note(event);
      return response.status;
    },
  },
  {
    name: 'responses.create, a stream, 400',
    behaviour: 'bad_request',
    dialect: 'openai-responses',
    legs: ['ok'],
    run: ({ client }) => client().responses.create({ ...RESPONSE, stream: true }),
  },
  {
    name: 'responses.stream()',
    behaviour: 'plain',
    dialect: 'openai-responses',
    legs: ['ok'],
    run: async ({ client, note }) => {
      const runner = client().responses.stream(RESPONSE);
      runner.on('response.output_text.delta', (event) => note(event.delta));
      return runner.finalResponse();
    },
  },
];
