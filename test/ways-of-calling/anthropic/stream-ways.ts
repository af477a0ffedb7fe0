import { breakAfter, doAfter, iterateByHand, readAll, readText, throwOut } from '../reading.js';
import { PLAIN, STREAMED, WEATHER, type AnthropicWay } from './kit.js';

/** An answer as a stream of events. */
export const streamWays: readonly AnthropicWay[] = [
  ...(['plain', 'sliced', 'lingers', 'long', 'thinking'] as const).map((behaviour): AnthropicWay => ({
    name: `stream, ${behaviour}`,
    behaviour,
    legs: ['ok'],
    run: async (tools) => readAll(await tools.client().messages.create(STREAMED), tools),
  })),
  {
    name: 'stream, two tool calls',
    behaviour: 'parallel_tools',
    legs: ['ok'],
    run: async (tools) => readAll(await tools.client().messages.create({ ...STREAMED, tools: [WEATHER] }), tools),
  },
  {
    name: 'stream withResponse',
    behaviour: 'plain',
    legs: ['ok'],
    run: async (tools) => {
      const { data, response } = await tools.client().messages.create(STREAMED).withResponse();
      tools.note([response.status, response.bodyUsed, response.body?.locked]);
      await readAll(data, tools);
      return [response.bodyUsed, response.body?.locked];
    },
  },
  {
    name: 'stream asResponse, text()',
    behaviour: 'plain',
    legs: ['ok'],
    run: async ({ client }) => (await client().messages.create(STREAMED).asResponse()).text(),
  },
  {
    name: 'stream.tee()',
    behaviour: 'plain',
    legs: ['ok'],
    run: async (tools) => {
      const [left, right] = (await tools.client().messages.create(STREAMED)).tee();
      await readAll(left, tools);
      await readAll(right, tools);
    },
  },
  {
    name: 'stream.toReadableStream()',
    behaviour: 'plain',
    legs: ['ok'],
    run: async ({ client }) =>
      readText((await client().messages.create(STREAMED)).toReadableStream() as ReadableStream<Uint8Array>),
  },
  {
    name: 'break after 3',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => breakAfter(3, await tools.client().messages.create(STREAMED), tools),
  },
  {
    name: 'throw out of the loop',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => throwOut(await tools.client().messages.create(STREAMED), tools),
  },
  ...(['return', 'throw'] as const).map((end): AnthropicWay => ({
    name: `iterator.${end}()`,
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => iterateByHand(await tools.client().messages.create(STREAMED), tools, end),
  })),
  {
    name: 'controller.abort after 3',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => {
      const stream = await tools.client().messages.create(STREAMED);
      await doAfter(3, stream, tools, () => stream.controller.abort());
    },
  },
  {
    name: 'AbortSignal during the stream',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => {
      const abort = new AbortController();
      const stream = await tools.client().messages.create(STREAMED, { signal: abort.signal });
      await doAfter(3, stream, tools, () => abort.abort(new RangeError('my own reason')));
    },
  },
  {
    name: 'socket destroyed in mid-stream',
    behaviour: 'destroyed',
    legs: ['error:UND_ERR_SOCKET'],
    run: async (tools) => readAll(await tools.client().messages.create(STREAMED), tools),
  },
  {
    name: 'an error inside the stream',
    behaviour: 'error_inside',
    legs: ['error:overloaded_error'],
    run: async (tools) => readAll(await tools.client().messages.create(STREAMED), tools),
  },
  {
    name: 'a stream that is none',
    behaviour: 'garbage',
    legs: ['error:unreadable_answer'],
    run: async (tools) => readAll(await tools.client().messages.create(STREAMED), tools),
  },
  {
    name: 'stream never iterated',
    behaviour: 'plain',
    legs: ['aborted'],
    run: async ({ client }) => typeof (await client().messages.create(STREAMED)),
  },
  {
    name: 'messages.stream(), events',
    behaviour: 'plain',
    legs: ['ok'],
    run: async ({ client, note }) => {
      const stream = client().messages.stream(PLAIN);
      stream.on('text', (delta, snapshot) => note([delta, snapshot])).on('message', (message) => note(message));
      return [await stream.finalMessage(), await stream.finalText()];
    },
  },
  {
    name: 'messages.stream(), a tool call, partial JSON',
    behaviour: 'tool',
    legs: ['ok'],
    run: async ({ client, note }) => {
      const stream = client().messages.stream({ ...PLAIN, tools: [WEATHER] });
      stream.on('inputJson', (partial, snapshot) => note([partial, snapshot]));
      return stream.finalMessage();
    },
  },
  {
    name: 'messages.stream(), iterated',
    behaviour: 'plain',
    legs: ['ok'],
    run: (tools) => readAll(tools.client().messages.stream(PLAIN), tools),
  },
  {
    name: 'messages.stream(), left early',
    behaviour: 'held',
    legs: ['aborted'],
    run: (tools) => breakAfter(3, tools.client().messages.stream(PLAIN), tools),
  },
  {
    name: 'messages.stream(), aborted',
    behaviour: 'held',
    legs: ['aborted'],
    run: async ({ client, note }) => {
      const stream = client().messages.stream(PLAIN);
      stream.on('text', (delta) => {
        note(delta);
        stream.abort();
      });
      return stream.done();
    },
  },
];
