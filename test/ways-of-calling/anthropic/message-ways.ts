import { ownFetch } from '../reading.js';
import { PLAIN, WEATHER, type AnthropicWay } from './kit.js';

const ANSWER = {
  type: 'object',
  properties: { answer: { type: 'string' } },
  required: ['answer'],
  additionalProperties: false,
} as const;

/** One answer in one JSON body. */
export const messageWays: readonly AnthropicWay[] = [
  { name: 'await', behaviour: 'plain', legs: ['ok'], run: ({ client }) => client().messages.create(PLAIN) },
  {
    name: 'await, without its own spans',
    behaviour: 'plain',
    legs: ['ok'],
    spans: 1,
    run: ({ client }) => client({ openTelemetry: false }).messages.create(PLAIN),
  },
  {
    name: 'await, a delayed answer',
    behaviour: 'delayed',
    legs: ['ok'],
    run: ({ client }) => client().messages.create(PLAIN),
  },
  {
    name: 'two at once',
    behaviour: 'plain',
    legs: ['ok', 'ok'],
    run: ({ client }) => {
      const anthropic = client();
      return Promise.all([anthropic.messages.create(PLAIN), anthropic.messages.create(PLAIN)]);
    },
  },
  {
    name: 'withResponse',
    behaviour: 'plain',
    legs: ['ok'],
    run: async ({ client }) => {
      const { data, response, request_id } = await client().messages.create(PLAIN).withResponse();
      return { data, status: response.status, bodyUsed: response.bodyUsed, locked: response.body?.locked, request_id };
    },
  },
  {
    name: 'asResponse().json()',
    behaviour: 'plain',
    legs: ['ok'],
    run: async ({ client }) => {
      const response = await client().messages.create(PLAIN).asResponse();
      return { bodyUsed: response.bodyUsed, json: await response.json(), after: response.bodyUsed };
    },
  },
  {
    name: 'asResponse().clone(), both read',
    behaviour: 'plain',
    legs: ['ok'],
    run: async ({ client }) => {
      const response = await client().messages.create(PLAIN).asResponse();
      const clone = response.clone();
      return Promise.all([response.text(), clone.text()]);
    },
  },
  {
    name: 'asResponse never read',
    behaviour: 'plain',
    legs: ['aborted'],
    run: async ({ client }) => {
      const response = await client().messages.create(PLAIN).asResponse();
      return { status: response.status, bodyUsed: response.bodyUsed };
    },
  },
  {
    name: 'messages.parse()',
    behaviour: 'plain',
    legs: ['ok'],
    run: ({ client, jsonSchemaOutputFormat }) =>
      client().messages.parse({ ...PLAIN, output_config: { format: jsonSchemaOutputFormat(ANSWER) } }),
  },
  {
    name: 'a tool call',
    behaviour: 'tool',
    legs: ['ok'],
    run: ({ client }) => client().messages.create({ ...PLAIN, tools: [WEATHER] }),
  },
  {
    name: 'thinking',
    behaviour: 'thinking',
    legs: ['ok'],
    run: ({ client }) =>
      client().messages.create({ ...PLAIN, max_tokens: 2048, thinking: { type: 'enabled', budget_tokens: 1024 } }),
  },
  {
    name: 'beta.messages.create()',
    behaviour: 'plain',
    legs: ['ok'],
    run: ({ client }) => client().beta.messages.create({ ...PLAIN, betas: ['a-beta'] }),
  },
  {
    name: 'beta.messages.toolRunner()',
    behaviour: 'tool',
    legs: ['ok', 'ok'],
    run: ({ client, betaTool }) => {
      const { input_schema: inputSchema, ...rest } = WEATHER;
      const tool = betaTool({ ...rest, inputSchema, run: () => 'sunny' });
      return client()
        .beta.messages.toolRunner({ ...PLAIN, tools: [tool] })
        .runUntilDone();
    },
  },
  {
    name: 'beta.messages.toolRunner(), a stream',
    behaviour: 'tool',
    legs: ['ok', 'ok'],
    run: async ({ client, betaTool, note }) => {
      const { input_schema: inputSchema, ...rest } = WEATHER;
      const tool = betaTool({ ...rest, inputSchema, run: () => 'sunny' });
      for await (const stream of client().beta.messages.toolRunner({ ...PLAIN, tools: [tool], stream: true }))
        for await (const event of stream) note(event);
    },
  },
  {
    name: 'a fetch of its own',
    behaviour: 'plain',
    legs: ['ok'],
    run: (tools) => tools.client({ fetch: ownFetch(tools) }).messages.create(PLAIN),
  },
  {
    name: 'an answer that is not JSON',
    behaviour: 'garbage',
    legs: ['error:unreadable_answer'],
    run: ({ client }) => client().messages.create(PLAIN),
  },
];
