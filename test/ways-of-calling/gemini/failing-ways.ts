import { abortSoon, caughtLater, readAll } from '../reading.js';
import type { Way } from '../way.js';
import { type GeminiKit, PLAIN, RETRIES, config } from './kit.js';

/** Calls that get no answer, or only after a retry. */
export const failingWays: readonly Way<GeminiKit>[] = [
  {
    name: '400',
    behaviour: 'bad_request',
    legs: ['error:400'],
    run: ({ client }) => client().models.generateContent(PLAIN),
  },
  {
    name: '400 on a stream',
    behaviour: 'bad_request',
    legs: ['error:400'],
    run: ({ client }) => client().models.generateContentStream(PLAIN),
  },
  {
    name: 'abortSignal before the response',
    behaviour: 'hang',
    legs: ['aborted'],
    run: (tools) => {
      const abort = new AbortController();
      const call = tools.client().models.generateContent(config({ abortSignal: abort.signal }));
      return abortSoon(call, () => abort.abort(), tools);
    },
  },
  {
    name: 'abortSignal aborted before the call',
    behaviour: 'plain',
    legs: ['aborted'],
    run: ({ client }) => client().models.generateContent(config({ abortSignal: AbortSignal.abort() })),
  },
  {
    name: "the client's timeout",
    behaviour: 'hang',
    legs: ['aborted'],
    run: ({ client }) => client({ timeout: 60 }).models.generateContent(PLAIN),
  },
  {
    name: 'connection refused',
    behaviour: 'refused',
    legs: ['error:ECONNREFUSED'],
    run: ({ client }) => client().models.generateContent(PLAIN),
  },
  {
    name: 'retry on 500',
    behaviour: 'fails_once',
    legs: ['error:500', 'ok'],
    run: ({ client }) => client({ retryOptions: RETRIES }).models.generateContent(PLAIN),
  },
  {
    name: 'retry on 429, a stream',
    behaviour: 'rate_limited',
    legs: ['error:429', 'ok'],
    run: async (tools) =>
      readAll(await tools.client({ retryOptions: RETRIES }).models.generateContentStream(PLAIN), tools),
  },
  {
    name: '500 to the last retry',
    behaviour: 'fails_always',
    legs: ['error:500', 'error:500', 'error:500'],
    run: ({ client }) => client({ retryOptions: RETRIES }).models.generateContent(PLAIN),
  },
  {
    name: 'unawaited rejection caught later',
    behaviour: 'bad_request',
    legs: ['error:400'],
    run: (tools) => caughtLater(() => tools.client().models.generateContent(PLAIN), tools),
  },
];
