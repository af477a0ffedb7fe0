import { breakAfter, doAfter, iterateByHand, readAll, throwOut } from '../reading.js';
import type { Way } from '../way.js';
import { type LangChainKit, PROMPT, saidIn } from './kit.js';

/** An answer as a stream of chunks. */
export const streamWays: readonly Way<LangChainKit>[] = [
  ...(['plain', 'sliced', 'lingers', 'long', 'tool'] as const).map((behaviour): Way<LangChainKit> => ({
    name: `stream(), ${behaviour}`,
    behaviour,
    legs: ['ok'],
    run: async (tools) => readAll(saidIn(await tools.model().stream(PROMPT)), tools),
  })),
  {
    name: 'streamEvents()',
    behaviour: 'plain',
    legs: ['ok'],
    run: async ({ model, note }) => {
      for await (const { event } of model().streamEvents(PROMPT)) note(event);
    },
  },
  {
    name: 'stream(), the responses API',
    behaviour: 'plain',
    dialect: 'openai-responses',
    legs: ['ok'],
    run: async ({ model, note }) => {
      for await (const chunk of await model({ useResponsesApi: true }).stream(PROMPT)) note(chunk.content);
    },
  },
  {
    name: 'break after 3',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => breakAfter(3, saidIn(await tools.model().stream(PROMPT)), tools),
  },
  {
    name: 'throw out of the loop',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => throwOut(saidIn(await tools.model().stream(PROMPT)), tools),
  },
  {
    name: 'iterator.return()',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => iterateByHand(saidIn(await tools.model().stream(PROMPT)), tools, 'return'),
  },
  {
    name: 'AbortSignal during the stream',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => {
      const abort = new AbortController();
      const stream = await tools.model().stream(PROMPT, { signal: abort.signal });
      await doAfter(3, saidIn(stream), tools, () => abort.abort(new RangeError('my own reason')));
    },
  },
  {
    name: 'socket destroyed in mid-stream',
    behaviour: 'destroyed',
    legs: ['error:UND_ERR_SOCKET'],
    run: async (tools) => readAll(saidIn(await tools.model().stream(PROMPT)), tools),
  },
  {
    name: 'an error inside the stream',
    behaviour: 'error_inside',
    legs: ['error:overloaded'],
    run: async (tools) => readAll(saidIn(await tools.model().stream(PROMPT)), tools),
  },
];
