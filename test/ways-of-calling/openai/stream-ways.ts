import { PLAIN, STREAMED, WITH_USAGE } from './requests.js';
import { breakAfter, doAfter, iterateByHand, readAll, readText, throwOut } from '../reading.js';
import type { Way } from '../way.js';
import type { OpenAIKit } from './kit.js';

/** An answer as a stream of chunks. */
export const streamWays: readonly Way<OpenAIKit>[] = [
  {
    name: 'stream read fully',
    behaviour: 'plain',
    legs: ['ok'],
    run: async (tools) => readAll(await tools.client().chat.completions.create(STREAMED), tools),
  },
  {
    name: 'stream read fully, the connection stays open',
    behaviour: 'lingers',
    legs: ['ok'],
    run: async (tools) => readAll(await tools.client().chat.completions.create(STREAMED), tools),
  },
  {
    name: 'stream with usage, cut anywhere',
    behaviour: 'sliced',
    legs: ['ok'],
    run: async (tools) => readAll(await tools.client().chat.completions.create(WITH_USAGE), tools),
  },
  {
    name: 'stream with a tool call',
    behaviour: 'tool',
    legs: ['ok'],
    run: async (tools) => readAll(await tools.client().chat.completions.create(STREAMED), tools),
  },
  {
    name: 'stream of 200 pieces',
    behaviour: 'long',
    legs: ['ok'],
    run: async (tools) => readAll(await tools.client().chat.completions.create(WITH_USAGE), tools),
  },
  {
    name: 'stream withResponse',
    behaviour: 'plain',
    legs: ['ok'],
    run: async (tools) => {
      const { data, response } = await tools.client().chat.completions.create(STREAMED).withResponse();
      tools.note([response.status, response.bodyUsed, response.body?.locked]);
      await readAll(data, tools);
      return [response.bodyUsed, response.body?.locked];
    },
  },
  {
    name: 'stream asResponse, text()',
    behaviour: 'plain',
    legs: ['ok'],
    run: async (tools) => (await tools.client().chat.completions.create(STREAMED).asResponse()).text(),
  },
  {
    name: 'stream.tee()',
    behaviour: 'plain',
    legs: ['ok'],
    run: async (tools) => {
      const [left, right] = (await tools.client().chat.completions.create(STREAMED)).tee();
      await readAll(left, tools);
      await readAll(right, tools);
    },
  },
  {
    name: 'stream.toReadableStream()',
    behaviour: 'plain',
    legs: ['ok'],
    run: async (tools) =>
      readText(
        (await tools.client().chat.completions.create(STREAMED)).toReadableStream() as ReadableStream<Uint8Array>,
      ),
  },
  {
    name: 'break after 3',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => breakAfter(3, await tools.client().chat.completions.create(STREAMED), tools),
  },
  {
    name: 'throw out of the loop',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => throwOut(await tools.client().chat.completions.create(STREAMED), tools),
  },
  ...(['return', 'throw'] as const).map((end): Way<OpenAIKit> => ({
    name: `iterator.${end}()`,
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => iterateByHand(await tools.client().chat.completions.create(STREAMED), tools, end),
  })),
  {
    name: 'controller.abort after 3',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => {
      const stream = await tools.client().chat.completions.create(STREAMED);
      await doAfter(3, stream, tools, () => stream.controller.abort());
    },
  },
  {
    name: 'AbortSignal during the stream',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => {
      const abort = new AbortController();
      const stream = await tools.client().chat.completions.create(STREAMED, { signal: abort.signal });
      await doAfter(3, stream, tools, () => abort.abort(new RangeError('my own reason')));
    },
  },
  {
    name: 'AbortSignal during a raw stream',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => {
      const abort = new AbortController();
      const response = await tools.client().chat.completions.create(STREAMED, { signal: abort.signal }).asResponse();
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      await reader.read();
      abort.abort(new RangeError('my own reason'));
      return reader.read();
    },
  },
  {
    name: 'socket destroyed in mid-stream',
    behaviour: 'destroyed',
    legs: ['error:UND_ERR_SOCKET'],
    run: async (tools) => readAll(await tools.client().chat.completions.create(STREAMED), tools),
  },
  {
    name: 'an error inside the stream',
    behaviour: 'error_inside',
    legs: ['error:overloaded'],
    run: async (tools) => readAll(await tools.client().chat.completions.create(STREAMED), tools),
  },
  {
    name: 'stream never iterated',
    behaviour: 'plain',
    legs: ['aborted'],
    run: async ({ client }) => typeof (await client().chat.completions.create(STREAMED)),
  },
  {
    name: 'chat.completions.stream(), events',
    behaviour: 'plain',
    legs: ['ok'],
    run: async ({ client, note }) => {
      const runner = client().chat.completions.stream(PLAIN);
      runner.on('content', (delta, snapshot) => note([delta, snapshot]));
      return runner.finalChatCompletion();
    },
  },
  {
    name: 'chat.completions.stream(), iterated',
    behaviour: 'plain',
    legs: ['ok'],
    run: async (tools) => readAll(tools.client().chat.completions.stream(PLAIN), tools),
  },
  {
    name: 'chat.completions.stream(), aborted',
    behaviour: 'held',
    legs: ['aborted'],
    run: async ({ client, note }) => {
      const runner = client().chat.completions.stream(PLAIN);
      let count = 0;
      runner.on('content', (delta) => {
        note(delta);
        count += 1;
        if (count === 3) runner.abort();
      });
      return runner.done();
    },
  },
];
