import { breakAfter, doAfter, iterateByHand, readAll, throwOut } from '../reading.js';
import type { Way } from '../way.js';
import { type OllamaKit, CHAT, GENERATE } from './kit.js';

/** An answer as lines of JSON. */
export const streamWays: readonly Way<OllamaKit>[] = [
  ...(['plain', 'sliced', 'lingers', 'long', 'thinking', 'tool'] as const).flatMap((behaviour): Way<OllamaKit>[] => [
    {
      name: `chat, a stream, ${behaviour}`,
      behaviour,
      legs: ['ok'],
      run: async (tools) => readAll(await tools.client().chat({ ...CHAT, stream: true }), tools),
    },
    {
      name: `generate, a stream, ${behaviour}`,
      behaviour,
      dialect: 'ollama-generate',
      legs: ['ok'],
      run: async (tools) => readAll(await tools.client().generate({ ...GENERATE, stream: true }), tools),
    },
  ]),
  {
    name: 'break after 3',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => breakAfter(3, await tools.client().chat({ ...CHAT, stream: true }), tools),
  },
  {
    name: 'throw out of the loop',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => throwOut(await tools.client().chat({ ...CHAT, stream: true }), tools),
  },
  ...(['return', 'throw'] as const).map((end): Way<OllamaKit> => ({
    name: `iterator.${end}()`,
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => iterateByHand(await tools.client().chat({ ...CHAT, stream: true }), tools, end),
  })),
  {
    name: 'stream.abort() after 3',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => {
      const stream = await tools.client().chat({ ...CHAT, stream: true });
      await doAfter(3, stream, tools, () => stream.abort());
    },
  },
  {
    name: 'client.abort() after 3',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => {
      const ollama = tools.client();
      await doAfter(3, await ollama.chat({ ...CHAT, stream: true }), tools, () => ollama.abort());
    },
  },
  {
    name: 'socket destroyed in mid-stream',
    behaviour: 'destroyed',
    legs: ['error:UND_ERR_SOCKET'],
    run: async (tools) => readAll(await tools.client().chat({ ...CHAT, stream: true }), tools),
  },
  {
    name: 'an error inside the stream',
    behaviour: 'error_inside',
    legs: ['error:provider_error'],
    run: async (tools) => readAll(await tools.client().chat({ ...CHAT, stream: true }), tools),
  },
  {
    name: 'a stream that is none',
    behaviour: 'garbage',
    legs: ['error:unreadable_answer'],
    run: async (tools) => readAll(await tools.client().chat({ ...CHAT, stream: true }), tools),
  },
  {
    name: 'stream never iterated',
    behaviour: 'plain',
    legs: ['aborted'],
    run: async ({ client }) => typeof (await client().chat({ ...CHAT, stream: true })),
  },
];
