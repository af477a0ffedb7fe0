import { PLAIN, STREAMED, WITH_USAGE } from './requests.js';
import type { Tools, Way } from '../way.js';
import type { OpenAIKit } from './kit.js';

async function readAll(stream: AsyncIterable<unknown>, { note }: Tools): Promise<void> {
  for await (const chunk of stream) note(chunk);
}

async function readText(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>)
    text += decoder.decode(chunk, { stream: true });
  return text;
}

/** An answer as a stream of chunks. */
export const streamWays: readonly Way<OpenAIKit>[] = [
  {
    name: 'stream read fully',
    behaviour: 'plain',
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
    name: 'break after 3 on a slow server',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => {
      let count = 0;
      for await (const chunk of await tools.client().chat.completions.create(STREAMED)) {
        tools.note(chunk);
        count += 1;
        if (count === 3) break;
      }
    },
  },
  {
    name: 'throw out of the loop on a slow server',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => {
      for await (const chunk of await tools.client().chat.completions.create(STREAMED)) {
        tools.note(chunk);
        throw new RangeError('enough');
      }
    },
  },
  {
    name: 'controller.abort after 3',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => {
      const stream = await tools.client().chat.completions.create(STREAMED);
      let count = 0;
      for await (const chunk of stream) {
        tools.note(chunk);
        count += 1;
        if (count === 3) stream.controller.abort();
      }
    },
  },
  {
    name: 'AbortSignal during the stream',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => {
      const abort = new AbortController();
      let count = 0;
      for await (const chunk of await tools.client().chat.completions.create(STREAMED, { signal: abort.signal })) {
        tools.note(chunk);
        count += 1;
        if (count === 3) abort.abort(new RangeError('my own reason'));
      }
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
