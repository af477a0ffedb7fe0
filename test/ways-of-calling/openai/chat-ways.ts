import { ownFetch } from '../reading.js';
import { PLAIN } from './requests.js';
import type { RunnableToolFunction } from 'openai/lib/RunnableFunction';
import type { Way } from '../way.js';
import type { OpenAIKit } from './kit.js';

const WEATHER: RunnableToolFunction<object> = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
    function: () => 'sunny',
    parse: (text: string): object => JSON.parse(text) as object,
  },
};

const ANSWER_FORMAT = {
  type: 'json_schema',
  json_schema: { name: 'answer', schema: { type: 'object', properties: { answer: { type: 'string' } } } },
} as const;

/** One answer in one JSON body. */
export const chatWays: readonly Way<OpenAIKit>[] = [
  {
    name: 'await',
    behaviour: 'plain',
    legs: ['ok'],
    run: ({ client }) => client().chat.completions.create(PLAIN),
  },
  {
    name: 'await, a delayed answer',
    behaviour: 'delayed',
    legs: ['ok'],
    run: ({ client }) => client().chat.completions.create(PLAIN),
  },
  {
    name: 'two at once',
    behaviour: 'plain',
    legs: ['ok', 'ok'],
    run: ({ client }) => {
      const openai = client();
      return Promise.all([openai.chat.completions.create(PLAIN), openai.chat.completions.create(PLAIN)]);
    },
  },
  {
    name: 'withResponse',
    behaviour: 'plain',
    legs: ['ok'],
    run: async ({ client }) => {
      const { data, response, request_id } = await client().chat.completions.create(PLAIN).withResponse();
      return { data, status: response.status, bodyUsed: response.bodyUsed, locked: response.body?.locked, request_id };
    },
  },
  {
    name: 'asResponse().json()',
    behaviour: 'plain',
    legs: ['ok'],
    run: async ({ client }) => {
      const response = await client().chat.completions.create(PLAIN).asResponse();
      return { bodyUsed: response.bodyUsed, json: await response.json(), after: response.bodyUsed };
    },
  },
  {
    name: 'asResponse().clone(), both read',
    behaviour: 'plain',
    legs: ['ok'],
    run: async ({ client }) => {
      const response = await client().chat.completions.create(PLAIN).asResponse();
      const clone = response.clone();
      return Promise.all([response.text(), clone.text()]);
    },
  },
  {
    name: 'asResponse never read',
    behaviour: 'plain',
    legs: ['aborted'],
    run: async ({ client }) => {
      const response = await client().chat.completions.create(PLAIN).asResponse();
      return { status: response.status, bodyUsed: response.bodyUsed };
    },
  },
  {
    name: 'chat.completions.parse()',
    behaviour: 'plain',
    legs: ['ok'],
    run: ({ client }) => client().chat.completions.parse({ ...PLAIN, response_format: ANSWER_FORMAT }),
  },
  {
    name: 'chat.completions.runTools()',
    behaviour: 'tool',
    legs: ['ok', 'ok'],
    run: ({ client }) =>
      client()
        .chat.completions.runTools({ ...PLAIN, tools: [WEATHER] })
        .finalContent(),
  },
  {
    name: 'a fetch of its own',
    behaviour: 'plain',
    legs: ['ok'],
    run: (tools) => tools.client({ fetch: ownFetch(tools) }).chat.completions.create(PLAIN),
  },
  {
    name: 'an answer that is not JSON',
    behaviour: 'garbage',
    legs: ['error:unreadable_answer'],
    run: ({ client }) => client().chat.completions.create(PLAIN),
  },
];
