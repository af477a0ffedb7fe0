import { abortSoon, caughtLater } from '../reading.js';
import type { Way } from '../way.js';
import { type LangChainKit, PROMPT, said } from './kit.js';

/** Calls that get no answer, or only after a retry. */
export const failingWays: readonly Way<LangChainKit>[] = [
  {
    name: '400',
    behaviour: 'bad_request',
    legs: ['error:400'],
    run: ({ model }) => model().invoke(PROMPT),
  },
  {
    name: '400 on a stream',
    behaviour: 'bad_request',
    legs: ['error:400'],
    run: ({ model }) => model().stream(PROMPT),
  },
  {
    name: 'AbortSignal before the response',
    behaviour: 'hang',
    legs: ['aborted'],
    run: (tools) => {
      const abort = new AbortController();
      return abortSoon(tools.model().invoke(PROMPT, { signal: abort.signal }), () => abort.abort(), tools);
    },
  },
  {
    name: 'AbortSignal aborted before the call',
    behaviour: 'plain',
    legs: [],
    run: ({ model }) => model().invoke(PROMPT, { signal: AbortSignal.abort(new RangeError('never mind')) }),
  },
  {
    name: "the model's timeout",
    behaviour: 'hang',
    legs: ['aborted'],
    run: ({ model }) => model({ timeout: 60 }).invoke(PROMPT),
  },
  {
    name: 'connection refused',
    behaviour: 'refused',
    legs: ['error:ECONNREFUSED'],
    run: ({ model }) => model().invoke(PROMPT),
  },
  {
    name: 'retry on 500',
    behaviour: 'fails_once',
    legs: ['error:500', 'ok'],
    run: async ({ model }) => said(await model({ maxRetries: 1 }).invoke(PROMPT)),
  },
  {
    name: 'unawaited rejection caught later',
    behaviour: 'bad_request',
    legs: ['error:400'],
    run: (tools) => caughtLater(() => tools.model().invoke(PROMPT), tools),
  },
];
