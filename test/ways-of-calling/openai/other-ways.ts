import { breakAfter, readAll } from '../reading.js';
import type { Way } from '../way.js';
import type { OpenAIKit } from './kit.js';

const TEXTS = { model: 'text-embedding-3-small', input: ['one', 'two'] };
const PROMPT = { model: 'gpt-3.5-turbo-instruct', prompt: 'Say hello.' } as const;

const embeddings = { dialect: 'openai-embeddings', legs: ['ok'] };
const completions = { dialect: 'openai-completions', legs: ['ok'] };

/** Embeddings, and completions as they were before chat. */
export const otherWays: readonly Way<OpenAIKit>[] = [
  {
    name: 'embeddings.create()',
    behaviour: 'plain',
    ...embeddings,
    run: ({ client }) => client().embeddings.create(TEXTS),
  },
  {
    name: 'embeddings.create(), floats',
    behaviour: 'plain',
    ...embeddings,
    run: ({ client }) =>
      client()
        .embeddings.create({ ...TEXTS, encoding_format: 'float' })
        .withResponse(),
  },
  {
    name: 'embeddings.create(), 400',
    behaviour: 'bad_request',
    ...embeddings,
    legs: ['error:400'],
    run: ({ client }) => client().embeddings.create(TEXTS),
  },
  {
    name: 'embeddings.create(), not JSON',
    behaviour: 'garbage',
    ...embeddings,
    legs: ['error:unreadable_answer'],
    run: ({ client }) => client().embeddings.create(TEXTS),
  },
  {
    name: 'completions.create()',
    behaviour: 'plain',
    ...completions,
    run: ({ client }) => client().completions.create(PROMPT),
  },
  {
    name: 'completions.create(), a stream',
    behaviour: 'sliced',
    ...completions,
    run: async (tools) => readAll(await tools.client().completions.create({ ...PROMPT, stream: true }), tools),
  },
  {
    name: 'completions.create(), break after 3',
    behaviour: 'held',
    ...completions,
    legs: ['aborted'],
    run: async (tools) => breakAfter(3, await tools.client().completions.create({ ...PROMPT, stream: true }), tools),
  },
  {
    name: 'completions.create(), an error inside',
    behaviour: 'error_inside',
    ...completions,
    legs: ['error:overloaded'],
    run: async (tools) => readAll(await tools.client().completions.create({ ...PROMPT, stream: true }), tools),
  },
];
