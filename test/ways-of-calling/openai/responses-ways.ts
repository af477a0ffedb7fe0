import { abortSoon, breakAfter, doAfter, iterateByHand, readAll, throwOut } from '../reading.js';
import type { Way } from '../way.js';
import type { OpenAIKit } from './kit.js';
import { RESPONSE } from './requests.js';

const STREAM = { ...RESPONSE, stream: true } as const;

const WEATHER = {
  type: 'function',
  name: 'get_weather',
  strict: false,
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
} as const;

const ANSWER = {
  type: 'json_schema',
  name: 'answer',
  schema: { type: 'object', properties: { answer: { type: 'string' } } },
} as const;

const responsesWaysOfOne: readonly Way<OpenAIKit>[] = [
  ...(['plain', 'thinking'] as const).map((behaviour): Way<OpenAIKit> => ({
    name: `responses.create(), ${behaviour}`,
    behaviour,
    legs: ['ok'],
    run: ({ client }) => client().responses.create(RESPONSE),
  })),
  {
    name: 'responses.create() withResponse',
    behaviour: 'plain',
    legs: ['ok'],
    run: async ({ client }) => {
      const { data, response } = await client().responses.create(RESPONSE).withResponse();
      return { data, status: response.status };
    },
  },
  {
    name: 'responses.create(), never read',
    behaviour: 'plain',
    legs: ['aborted'],
    run: async ({ client }) => (await client().responses.create(RESPONSE).asResponse()).status,
  },
  {
    name: 'responses.parse()',
    behaviour: 'plain',
    legs: ['ok'],
    run: ({ client }) => client().responses.parse({ ...RESPONSE, text: { format: ANSWER } }),
  },
  {
    name: 'responses.create(), a tool call',
    behaviour: 'tool',
    legs: ['ok'],
    run: ({ client }) => client().responses.create({ ...RESPONSE, tools: [WEATHER] }),
  },
  {
    name: 'responses.create(), 400',
    behaviour: 'bad_request',
    legs: ['error:400'],
    run: ({ client }) => client().responses.create(RESPONSE),
  },
  {
    name: 'responses.create(), retry on 500',
    behaviour: 'fails_once',
    legs: ['error:500', 'ok'],
    run: ({ client }) => client({ maxRetries: 2 }).responses.create(RESPONSE),
  },
  {
    name: 'responses.create(), aborted before the response',
    behaviour: 'hang',
    legs: ['aborted'],
    run: (tools) => {
      const abort = new AbortController();
      const call = tools.client().responses.create(RESPONSE, { signal: abort.signal });
      return abortSoon(
        call.then((value) => value),
        () => abort.abort(),
        tools,
      );
    },
  },
];

const responsesWaysOfStreams: readonly Way<OpenAIKit>[] = [
  ...(['plain', 'sliced', 'lingers', 'thinking', 'parallel_tools'] as const).map((behaviour): Way<OpenAIKit> => ({
    name: `responses.create(), a stream, ${behaviour}`,
    behaviour,
    legs: ['ok'],
    run: async (tools) => readAll(await tools.client().responses.create(STREAM), tools),
  })),
  {
    name: 'responses.create(), a stream withResponse',
    behaviour: 'plain',
    legs: ['ok'],
    run: async (tools) => {
      const { data, response } = await tools.client().responses.create(STREAM).withResponse();
      await readAll(data, tools);
      return response.status;
    },
  },
  {
    name: 'responses.create(), break after 3',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => breakAfter(3, await tools.client().responses.create(STREAM), tools),
  },
  {
    name: 'responses.create(), throw out of the loop',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => throwOut(await tools.client().responses.create(STREAM), tools),
  },
  {
    name: 'responses.create(), iterator.return()',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => iterateByHand(await tools.client().responses.create(STREAM), tools, 'return'),
  },
  {
    name: 'responses.create(), controller.abort after 3',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => {
      const stream = await tools.client().responses.create(STREAM);
      await doAfter(3, stream, tools, () => stream.controller.abort());
    },
  },
  {
    name: 'responses.create(), socket destroyed in mid-stream',
    behaviour: 'destroyed',
    legs: ['error:UND_ERR_SOCKET'],
    run: async (tools) => readAll(await tools.client().responses.create(STREAM), tools),
  },
  {
    name: 'responses.create(), an error inside the stream',
    behaviour: 'error_inside',
    legs: ['error:overloaded'],
    run: async (tools) => readAll(await tools.client().responses.create(STREAM), tools),
  },
  {
    name: 'responses.create(), a stream, 400',
    behaviour: 'bad_request',
    legs: ['error:400'],
    run: ({ client }) => client().responses.create(STREAM),
  },
  {
    name: 'responses.stream()',
    behaviour: 'plain',
    legs: ['ok'],
    run: async ({ client, note }) => {
      const runner = client().responses.stream(RESPONSE);
      runner.on('response.output_text.delta', (event) => note(event.delta));
      return runner.finalResponse();
    },
  },
  {
    name: 'responses.stream(), left early',
    behaviour: 'held',
    legs: ['aborted'],
    run: (tools) => breakAfter(3, tools.client().responses.stream(RESPONSE), tools),
  },
];

/** The responses API. */
export const responsesWays: readonly Way<OpenAIKit>[] = [...responsesWaysOfOne, ...responsesWaysOfStreams].map(
  (way) => ({ ...way, dialect: 'openai-responses' }),
);
