import { abortSoon, caughtLater, readAll } from '../reading.js';
import { PLAIN, type AiWay } from './kit.js';

/** Calls that get no answer, or only after a retry. */
export const failingWays: readonly AiWay[] = [
  {
    name: '400',
    behaviour: 'bad_request',
    legs: ['error:400'],
    run: ({ ai, model }) => ai.generateText({ ...PLAIN, model }),
  },
  {
    name: '400 on a stream',
    behaviour: 'bad_request',
    legs: ['error:400'],
    run: async (tools) => {
      const onError = ({ error }: { error: unknown }): void => tools.note(error);
      await readAll(tools.ai.streamText({ ...PLAIN, model: tools.model, onError }).textStream, tools);
    },
  },
  {
    name: 'abortSignal before the response',
    behaviour: 'hang',
    legs: ['aborted'],
    run: (tools) => {
      const abort = new AbortController();
      const call = tools.ai.generateText({ ...PLAIN, model: tools.model, abortSignal: abort.signal });
      return abortSoon(call, () => abort.abort(), tools);
    },
  },
  {
    name: 'abortSignal aborted before the call',
    behaviour: 'plain',
    legs: ['aborted'],
    run: ({ ai, model }) => ai.generateText({ ...PLAIN, model, abortSignal: AbortSignal.abort(new RangeError('no')) }),
  },
  {
    name: 'timeout',
    behaviour: 'hang',
    legs: ['error:TimeoutError'],
    run: ({ ai, model }) => ai.generateText({ ...PLAIN, model, timeout: 60 }),
  },
  {
    name: 'connection refused',
    behaviour: 'refused',
    legs: ['error:ECONNREFUSED'],
    run: ({ ai, model }) => ai.generateText({ ...PLAIN, model }),
  },
  {
    name: 'retry on 500',
    behaviour: 'fails_once',
    legs: ['error:500', 'ok'],
    run: async ({ ai, model }) => (await ai.generateText({ ...PLAIN, model, maxRetries: 2 })).text,
  },
  {
    name: 'retry on 429, a stream',
    behaviour: 'rate_limited',
    legs: ['error:429', 'ok'],
    run: (tools) => readAll(tools.ai.streamText({ ...PLAIN, model: tools.model, maxRetries: 2 }).textStream, tools),
  },
  {
    name: '529 to the last retry',
    behaviour: 'overloaded',
    legs: ['error:529', 'error:529', 'error:529'],
    run: ({ ai, model }) => ai.generateText({ ...PLAIN, model, maxRetries: 2 }),
  },
  {
    name: 'unawaited rejection caught later',
    behaviour: 'bad_request',
    legs: ['error:400'],
    run: (tools) => caughtLater(() => tools.ai.generateText({ ...PLAIN, model: tools.model }), tools),
  },
];
