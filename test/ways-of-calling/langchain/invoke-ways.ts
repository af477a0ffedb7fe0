import { ownFetch } from '../reading.js';
import type { Way } from '../way.js';
import { type LangChainKit, PROMPT, WEATHER, ANSWER, said } from './kit.js';

/** One answer in one JSON body. */
export const invokeWays: readonly Way<LangChainKit>[] = [
  ...(['plain', 'delayed'] as const).map((behaviour): Way<LangChainKit> => ({
    name: `invoke(), ${behaviour}`,
    behaviour,
    legs: ['ok'],
    run: async ({ model }) => said(await model().invoke(PROMPT)),
  })),
  {
    name: 'batch()',
    behaviour: 'plain',
    legs: ['ok', 'ok', 'ok'],
    run: async ({ model }) => (await model().batch([PROMPT, PROMPT, PROMPT])).map(said),
  },
  {
    name: 'bindTools().invoke()',
    behaviour: 'parallel_tools',
    legs: ['ok'],
    run: async ({ model }) => said(await model().bindTools([WEATHER]).invoke(PROMPT)),
  },
  {
    name: 'withStructuredOutput()',
    behaviour: 'plain',
    legs: ['ok'],
    run: ({ model }) => model().withStructuredOutput(ANSWER, { method: 'jsonSchema' }).invoke(PROMPT),
  },
  {
    name: 'pipe()',
    behaviour: 'plain',
    legs: ['ok'],
    run: ({ model }) =>
      model()
        .pipe((message) => message.content)
        .invoke(PROMPT),
  },
  {
    name: 'the responses API',
    behaviour: 'plain',
    dialect: 'openai-responses',
    legs: ['ok'],
    run: async ({ model }) => (await model({ useResponsesApi: true }).invoke(PROMPT)).content,
  },
  {
    name: 'embedDocuments()',
    behaviour: 'plain',
    dialect: 'openai-embeddings',
    legs: ['ok'],
    run: ({ embeddings }) => embeddings().embedDocuments(['one', 'two']),
  },
  {
    name: 'a fetch of its own',
    behaviour: 'plain',
    legs: ['ok'],
    run: async (tools) => {
      const configuration = { baseURL: `${tools.base}/v1`, fetch: ownFetch(tools) };
      return said(await tools.model({ configuration }).invoke(PROMPT));
    },
  },
  {
    name: 'an answer that is not JSON',
    behaviour: 'garbage',
    legs: ['error:unreadable_answer'],
    run: ({ model }) => model().invoke(PROMPT),
  },
];
