import { breakAfter, doAfter, iterateByHand, readAll, throwOut } from '../reading.js';
import type { Way } from '../way.js';
import { type MistralKit, PLAIN } from './kit.js';

/** An answer as a stream of events. */
export const streamWays: readonly Way<MistralKit>[] = [
  ...(['plain', 'sliced', 'lingers', 'long', 'tool', 'parallel_tools'] as const).map((behaviour): Way<MistralKit> => ({
    name: `chat.stream(), ${behaviour}`,
    behaviour,
    legs: ['ok'],
    run: async (tools) => readAll(await tools.client().chat.stream(PLAIN), tools),
  })),
  {
    name: 'stream.tee()',
    behaviour: 'plain',
    legs: ['ok'],
    run: async (tools) => {
      const [left, right] = (await tools.client().chat.stream(PLAIN)).tee();
      await readAll(left, tools);
      await readAll(right, tools);
    },
  },
  {
    name: 'stream.getReader(), cancelled',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => {
      const reader = (await tools.client().chat.stream(PLAIN)).getReader();
      tools.note(await reader.read());
      return [await reader.cancel('enough'), await reader.read()];
    },
  },
  {
    name: 'break after 3',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => breakAfter(3, await tools.client().chat.stream(PLAIN), tools),
  },
  {
    name: 'throw out of the loop',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => throwOut(await tools.client().chat.stream(PLAIN), tools),
  },
  {
    name: 'iterator.return()',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => iterateByHand(await tools.client().chat.stream(PLAIN), tools, 'return'),
  },
  {
    name: 'AbortSignal during the stream',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => {
      const abort = new AbortController();
      const stream = await tools.client().chat.stream(PLAIN, { signal: abort.signal });
      await doAfter(3, stream, tools, () => abort.abort(new RangeError('my own reason')));
    },
  },
  {
    name: 'socket destroyed in mid-stream',
    behaviour: 'destroyed',
    legs: ['error:UND_ERR_SOCKET'],
    run: async (tools) => readAll(await tools.client().chat.stream(PLAIN), tools),
  },
  {
    name: 'an error inside the stream',
    behaviour: 'error_inside',
    legs: ['error:overloaded'],
    run: async (tools) => readAll(await tools.client().chat.stream(PLAIN), tools),
  },
  {
    name: 'a stream that is none',
    behaviour: 'garbage',
    legs: ['error:unreadable_answer'],
    run: async (tools) => readAll(await tools.client().chat.stream(PLAIN), tools),
  },
  {
    name: 'stream never iterated',
    behaviour: 'held',
    legs: ['aborted'],
    run: async ({ client }) => typeof (await client().chat.stream(PLAIN)),
  },
];
