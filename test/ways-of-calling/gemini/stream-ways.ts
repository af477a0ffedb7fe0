import { breakAfter, doAfter, iterateByHand, readAll, throwOut } from '../reading.js';
import type { Way } from '../way.js';
import { type GeminiKit, PLAIN, config } from './kit.js';

/** An answer as a stream of events. */
export const streamWays: readonly Way<GeminiKit>[] = [
  ...(['plain', 'sliced', 'lingers', 'long', 'thinking', 'tool', 'parallel_tools'] as const).map(
    (behaviour): Way<GeminiKit> => ({
      name: `stream, ${behaviour}`,
      behaviour,
      legs: ['ok'],
      run: async (tools) => readAll(await tools.client().models.generateContentStream(PLAIN), tools),
    }),
  ),
  {
    name: 'chats.sendMessageStream()',
    behaviour: 'plain',
    legs: ['ok'],
    run: async (tools) => {
      const chat = tools.client().chats.create({ model: PLAIN.model });
      await readAll(await chat.sendMessageStream({ message: 'one' }), tools);
      return chat.getHistory();
    },
  },
  {
    name: 'break after 3',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => breakAfter(3, await tools.client().models.generateContentStream(PLAIN), tools),
  },
  {
    name: 'throw out of the loop',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => throwOut(await tools.client().models.generateContentStream(PLAIN), tools),
  },
  ...(['return', 'throw'] as const).map((end): Way<GeminiKit> => ({
    name: `iterator.${end}()`,
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => iterateByHand(await tools.client().models.generateContentStream(PLAIN), tools, end),
  })),
  {
    name: 'abortSignal during the stream',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => {
      const abort = new AbortController();
      const stream = await tools.client().models.generateContentStream(config({ abortSignal: abort.signal }));
      await doAfter(3, stream, tools, () => abort.abort(new RangeError('my own reason')));
    },
  },
  {
    name: 'socket destroyed in mid-stream',
    behaviour: 'destroyed',
    legs: ['error:UND_ERR_SOCKET'],
    run: async (tools) => readAll(await tools.client().models.generateContentStream(PLAIN), tools),
  },
  {
    name: 'an error inside the stream',
    behaviour: 'error_inside',
    legs: ['error:503'],
    run: async (tools) => readAll(await tools.client().models.generateContentStream(PLAIN), tools),
  },
  {
    name: 'a stream that is none',
    behaviour: 'garbage',
    legs: ['error:unreadable_answer'],
    run: async (tools) => readAll(await tools.client().models.generateContentStream(PLAIN), tools),
  },
  {
    name: 'stream never iterated',
    behaviour: 'plain',
    legs: ['aborted'],
    run: async ({ client }) => typeof (await client().models.generateContentStream(PLAIN)),
  },
];
