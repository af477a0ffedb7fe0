import { caughtLater } from '../reading.js';
import type { Way } from '../way.js';
import { type OllamaKit, CHAT } from './kit.js';

/** Calls that get no answer. It has no retries, no timeout, and no signal for an answer that is no stream. */
export const failingWays: readonly Way<OllamaKit>[] = [
  ...(['bad_request', 'fails_always'] as const).map((behaviour): Way<OllamaKit> => ({
    name: behaviour,
    behaviour,
    legs: [behaviour === 'bad_request' ? 'error:400' : 'error:500'],
    run: ({ client }) => client().chat(CHAT),
  })),
  {
    name: '400 on a stream',
    behaviour: 'bad_request',
    legs: ['error:400'],
    run: ({ client }) => client().chat({ ...CHAT, stream: true }),
  },
  {
    name: 'a fetch of its own that gives up',
    behaviour: 'hang',
    legs: ['error:TimeoutError'],
    run: ({ client }) =>
      client({ fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(60) }) }).chat(CHAT),
  },
  {
    name: 'connection refused',
    behaviour: 'refused',
    legs: ['error:ECONNREFUSED'],
    run: ({ client }) => client().chat(CHAT),
  },
  {
    name: 'unawaited rejection caught later',
    behaviour: 'bad_request',
    legs: ['error:400'],
    run: (tools) => caughtLater(() => tools.client().chat(CHAT), tools),
  },
];
