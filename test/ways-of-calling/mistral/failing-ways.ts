import { abortSoon, caughtLater, readAll } from '../reading.js';
import type { Way } from '../way.js';
import { type MistralKit, PLAIN, RETRIES } from './kit.js';

/** Calls that get no answer, or only after a retry. */
export const failingWays: readonly Way<MistralKit>[] = [
  {
    name: '400',
    behaviour: 'bad_request',
    legs: ['error:400'],
    run: ({ client }) => client().chat.complete(PLAIN),
  },
  {
    name: '400 on a stream',
    behaviour: 'bad_request',
    legs: ['error:400'],
    run: ({ client }) => client().chat.stream(PLAIN),
  },
  {
    name: 'AbortSignal before the response',
    behaviour: 'hang',
    legs: ['aborted'],
    run: (tools) => {
      const abort = new AbortController();
      const call = tools.client().chat.complete(PLAIN, { signal: abort.signal });
      return abortSoon(call, () => abort.abort(), tools);
    },
  },
  {
    name: 'AbortSignal aborted before the call',
    behaviour: 'plain',
    legs: ['aborted'],
    run: ({ client }) => client().chat.complete(PLAIN, { signal: AbortSignal.abort(new RangeError('never mind')) }),
  },
  {
    name: "the client's timeout",
    behaviour: 'hang',
    legs: ['error:TimeoutError'],
    run: ({ client }) => client({ timeoutMs: 60 }).chat.complete(PLAIN),
  },
  {
    name: 'connection refused',
    behaviour: 'refused',
    legs: ['error:ECONNREFUSED'],
    run: ({ client }) => client().chat.complete(PLAIN),
  },
  {
    name: 'retry on 500',
    behaviour: 'fails_once',
    legs: ['error:500', 'ok'],
    run: ({ client }) => client({ retryConfig: RETRIES }).chat.complete(PLAIN),
  },
  {
    name: 'retry on 429, a stream',
    behaviour: 'rate_limited',
    legs: ['error:429', 'ok'],
    run: async (tools) => readAll(await tools.client({ retryConfig: RETRIES }).chat.stream(PLAIN), tools),
  },
  {
    name: 'unawaited rejection caught later',
    behaviour: 'bad_request',
    legs: ['error:400'],
    run: (tools) => caughtLater(() => tools.client().chat.complete(PLAIN), tools),
  },
];
