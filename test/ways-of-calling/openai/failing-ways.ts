import { abortSoon, caughtLater } from '../reading.js';
import { PLAIN, STREAMED } from './requests.js';
import type { Way } from '../way.js';
import type { OpenAIKit } from './kit.js';

/** Calls that get no answer. */
export const failingWays: readonly Way<OpenAIKit>[] = [
  {
    name: '400',
    behaviour: 'bad_request',
    legs: ['error:400'],
    run: ({ client }) => client().chat.completions.create(PLAIN),
  },
  {
    name: '400 on a stream',
    behaviour: 'bad_request',
    legs: ['error:400'],
    run: ({ client }) => client().chat.completions.create(STREAMED),
  },
  {
    name: '400 asResponse',
    behaviour: 'bad_request',
    legs: ['error:400'],
    run: ({ client }) => client().chat.completions.create(PLAIN).asResponse(),
  },
  {
    name: 'AbortSignal before the response',
    behaviour: 'hang',
    legs: ['aborted'],
    run: (tools) => {
      const abort = new AbortController();
      const call = tools.client().chat.completions.create(PLAIN, { signal: abort.signal });
      return abortSoon(
        call.then((value) => value),
        () => abort.abort(),
        tools,
      );
    },
  },
  {
    name: 'AbortSignal aborted before the call',
    behaviour: 'plain',
    legs: [],
    run: ({ client }) =>
      client().chat.completions.create(PLAIN, { signal: AbortSignal.abort(new RangeError('never mind')) }),
  },
  {
    name: 'AbortSignal.timeout',
    behaviour: 'hang',
    legs: ['error:TimeoutError'],
    legsIn: { 'openai 5': ['aborted'], 'openai 6': ['aborted'] },
    run: ({ client }) => client().chat.completions.create(PLAIN, { signal: AbortSignal.timeout(60) }),
  },
  {
    name: "the client's timeout",
    behaviour: 'hang',
    legs: ['aborted'],
    run: ({ client }) => client({ timeout: 60 }).chat.completions.create(PLAIN),
  },
  {
    name: 'connection refused',
    behaviour: 'refused',
    legs: ['error:ECONNREFUSED'],
    run: ({ client }) => client().chat.completions.create(PLAIN),
  },
  {
    name: 'retry on 500',
    behaviour: 'fails_once',
    legs: ['error:500', 'ok'],
    run: ({ client }) => client({ maxRetries: 2 }).chat.completions.create(PLAIN),
  },
  {
    name: 'retry on 429, a stream',
    behaviour: 'rate_limited',
    legs: ['error:429', 'ok'],
    run: async ({ client, note }) => {
      for await (const chunk of await client({ maxRetries: 2 }).chat.completions.create(STREAMED)) note(chunk);
    },
  },
  {
    name: '500 to the last retry',
    behaviour: 'fails_always',
    legs: ['error:500', 'error:500', 'error:500'],
    run: ({ client }) => client({ maxRetries: 2 }).chat.completions.create(PLAIN),
  },
  {
    name: 'bad parameters: nothing at all',
    behaviour: 'plain',
    legs: [],
    run: ({ client }) => client().chat.completions.create(undefined as never),
  },
  {
    name: 'bad parameters: a circle',
    behaviour: 'plain',
    legs: [],
    run: ({ client }) => {
      const circle: Record<string, unknown> = { ...PLAIN };
      circle['self'] = circle;
      return client().chat.completions.create(circle as never);
    },
  },
  {
    name: 'bad parameters: refused by the provider',
    behaviour: 'bad_request',
    legs: ['error:400'],
    run: ({ client }) => client().chat.completions.create({ model: 5, messages: 'no list' } as never),
  },
  {
    name: 'unawaited rejection caught later',
    behaviour: 'bad_request',
    legs: ['error:400'],
    run: (tools) => caughtLater(() => tools.client().chat.completions.create(PLAIN).asResponse(), tools),
  },
];
