import { abortSoon, caughtLater } from '../reading.js';
import { PLAIN, STREAMED, type AnthropicWay } from './kit.js';

/** Calls that get no answer, or only after a retry. */
export const failingWays: readonly AnthropicWay[] = [
  ...(['bad_request', 'overloaded', 'fails_always'] as const).flatMap((behaviour): AnthropicWay[] => {
    const legs = [`error:${{ bad_request: 400, overloaded: 529, fails_always: 500 }[behaviour]}`];
    return [
      { name: behaviour, behaviour, legs, run: ({ client }) => client().messages.create(PLAIN) },
      { name: `${behaviour}, a stream`, behaviour, legs, run: ({ client }) => client().messages.create(STREAMED) },
    ];
  }),
  {
    name: 'messages.stream() refused',
    behaviour: 'bad_request',
    legs: ['error:400'],
    run: ({ client }) => client().messages.stream(PLAIN).finalMessage(),
  },
  {
    name: 'AbortSignal before the response',
    behaviour: 'hang',
    legs: ['aborted'],
    run: (tools) => {
      const abort = new AbortController();
      const call = tools.client().messages.create(PLAIN, { signal: abort.signal });
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
    run: ({ client }) => client().messages.create(PLAIN, { signal: AbortSignal.abort(new RangeError('never mind')) }),
  },
  {
    name: 'AbortSignal.timeout',
    behaviour: 'hang',
    legs: ['aborted'],
    run: ({ client }) => client().messages.create(PLAIN, { signal: AbortSignal.timeout(60) }),
  },
  {
    name: "the client's timeout",
    behaviour: 'hang',
    legs: ['aborted'],
    run: ({ client }) => client({ timeout: 60 }).messages.create(PLAIN),
  },
  {
    name: 'connection refused',
    behaviour: 'refused',
    legs: ['error:ECONNREFUSED'],
    run: ({ client }) => client().messages.create(PLAIN),
  },
  {
    name: 'retry on 500',
    behaviour: 'fails_once',
    legs: ['error:500', 'ok'],
    run: ({ client }) => client({ maxRetries: 2 }).messages.create(PLAIN),
  },
  {
    name: 'retry on 429, a stream',
    behaviour: 'rate_limited',
    legs: ['error:429', 'ok'],
    run: async ({ client, note }) => {
      for await (const event of await client({ maxRetries: 2 }).messages.create(STREAMED)) note(event);
    },
  },
  {
    name: '529 to the last retry',
    behaviour: 'overloaded',
    legs: ['error:529', 'error:529', 'error:529'],
    run: ({ client }) => client({ maxRetries: 2 }).messages.create(PLAIN),
  },
  {
    name: 'bad parameters: a circle',
    behaviour: 'plain',
    legs: [],
    run: ({ client }) => {
      const circle: Record<string, unknown> = { ...PLAIN };
      circle['self'] = circle;
      return client().messages.create(circle as never);
    },
  },
  {
    name: 'unawaited rejection caught later',
    behaviour: 'bad_request',
    legs: ['error:400'],
    run: (tools) => caughtLater(() => tools.client().messages.create(PLAIN).asResponse(), tools),
  },
];
