import type { TextStreamPart, ToolSet } from 'ai';
import { breakAfter, doAfter, readAll, throwOut } from '../reading.js';
import type { Tools } from '../way.js';
import { answerSchema, weatherTool } from './generate-ways.js';
import { PLAIN, type AiKit, type AiWay } from './kit.js';

type Streamed = Parameters<AiKit['ai']['streamText']>[0];

/** A stream whose errors are noted rather than written to the console. */
function stream(
  { ai, model, note }: AiKit & Tools,
  more: Partial<Streamed> = {},
): ReturnType<AiKit['ai']['streamText']> {
  const onError = ({ error }: { error: unknown }): void => note(['onError', error]);
  return ai.streamText({ ...PLAIN, model, onError, ...more } as Streamed);
}

/** Without ids and times of the SDK's own. */
async function* parts(full: AsyncIterable<TextStreamPart<ToolSet>>): AsyncGenerator<unknown> {
  for await (const part of full) {
    const { type, text, delta, error, finishReason, totalUsage } = part as unknown as Record<string, unknown>;
    yield { type, text, delta, error, finishReason, totalUsage };
  }
}

/** An answer as a stream of parts. */
export const streamWays: readonly AiWay[] = [
  ...(['plain', 'sliced', 'lingers', 'long', 'thinking', 'parallel_tools'] as const).map((behaviour): AiWay => ({
    name: `stream, ${behaviour}`,
    behaviour,
    legs: ['ok'],
    run: async (tools) => {
      const result = stream(tools);
      await readAll(parts(result.stream), tools);
      return [await result.text, await result.usage, await result.finishReason];
    },
  })),
  {
    name: 'textStream',
    behaviour: 'plain',
    legs: ['ok'],
    run: async (tools) => readAll(stream(tools).textStream, tools),
  },
  {
    name: 'textStream twice',
    behaviour: 'plain',
    legs: ['ok'],
    run: async (tools) => {
      const result = stream(tools);
      await readAll(result.textStream, tools);
      await readAll(result.textStream, tools);
    },
  },
  {
    name: 'consumeStream()',
    behaviour: 'plain',
    legs: ['ok'],
    run: async (tools) => {
      const result = stream(tools);
      await result.consumeStream();
      return result.text;
    },
  },
  {
    name: 'only a promise of the result',
    behaviour: 'plain',
    legs: ['ok'],
    run: async (tools) => stream(tools).text,
  },
  {
    name: 'toTextStreamResponse()',
    behaviour: 'plain',
    legs: ['ok'],
    // oxlint-disable-next-line typescript/no-deprecated -- services still call it
    run: async (tools) => stream(tools).toTextStreamResponse().text(),
  },
  {
    name: 'toUIMessageStreamResponse()',
    behaviour: 'plain',
    legs: ['ok'],
    run: async (tools) =>
      stream(tools)
        // oxlint-disable-next-line typescript/no-deprecated -- services still call it
        .toUIMessageStreamResponse({ generateMessageId: () => 'message' })
        .text(),
  },
  {
    name: 'streamText, tools',
    behaviour: 'tool',
    legs: ['ok', 'ok'],
    run: async (tools) => {
      const more = { tools: weatherTool(tools), stopWhen: tools.ai.stepCountIs(3) };
      await readAll(parts(stream(tools, more).stream), tools);
    },
  },
  {
    name: 'streamText, Output.object',
    behaviour: 'plain',
    legs: ['ok'],
    run: async (tools) => {
      const output = tools.ai.Output.object({ schema: answerSchema(tools) });
      const result = tools.ai.streamText({ ...PLAIN, model: tools.model, output });
      await readAll(result.partialOutputStream, tools);
      return result.output;
    },
  },
  {
    name: 'break after 3',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => breakAfter(3, stream(tools).textStream, tools),
  },
  {
    name: 'throw out of the loop',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => throwOut(stream(tools).textStream, tools),
  },
  {
    name: 'abortSignal during the stream',
    behaviour: 'held',
    legs: ['aborted'],
    run: async (tools) => {
      const abort = new AbortController();
      const result = stream(tools, { abortSignal: abort.signal });
      await doAfter(4, parts(result.stream), tools, () => abort.abort(new RangeError('my own reason')));
    },
  },
  {
    name: 'socket destroyed in mid-stream',
    behaviour: 'destroyed',
    legs: ['error:UND_ERR_SOCKET'],
    run: async (tools) => readAll(parts(stream(tools).stream), tools),
  },
  {
    name: 'an error inside the stream',
    behaviour: 'error_inside',
    legs: ['error:overloaded'],
    legsIn: { 'ai 7, anthropic': ['error:overloaded_error'], 'ai 7, google': ['error:503'] },
    run: async (tools) => readAll(parts(stream(tools).stream), tools),
  },
  {
    name: 'a stream that is none',
    behaviour: 'garbage',
    legs: ['error:unreadable_answer'],
    run: async (tools) => readAll(parts(stream(tools).stream), tools),
  },
];
