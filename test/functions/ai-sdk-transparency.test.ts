import { generateText, jsonSchema, Output, streamText, tool, wrapLanguageModel } from 'ai';
import { afterAll, describe, expect, it } from 'vitest';
import { understudyMiddleware } from '../../packages/instrumentation/src/ai-sdk.js';
import { UnderstudyInstrumentation } from '../../packages/instrumentation/src/index.js';
import { type LanguageModelV4, type LanguageModelV4StreamPart, ScriptedModel, type Script } from './models.js';
import { experimentOfCode } from './service.js';

const understudy = new UnderstudyInstrumentation({
  environment: {},
  // Nobody is there: calls are seen and followed, and none is admitted.
  queueUrl: 'redis://127.0.0.1:1',
  experiments: [experimentOfCode()],
});
afterAll(async () => await understudy.shutdown(1));

const SCRIPTS: Readonly<Record<string, Script>> = {
  says: { kind: 'says', text: 'One two three four.' },
  calls: { kind: 'calls', tool: 'look_up', input: '{"a":1}' },
  fails: { kind: 'fails', status: 400 },
  breaks: { kind: 'breaks' },
  hangs: { kind: 'hangs' },
};

type Stream = ReadableStream<LanguageModelV4StreamPart>;
type Log = (what: unknown) => void;
type Way = (model: LanguageModelV4, log: Log) => Promise<void>;

const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hello?' }] }];
const tools = {
  look_up: tool({ inputSchema: jsonSchema<{ a: number }>({ type: 'object' }), execute: async ({ a }) => `found ${a}` }),
};

/** A way of reading a stream that the script ends by itself, or the caller does by its signal after a few parts. */
function reading(read: (stream: Stream, log: Log) => Promise<void>): Way {
  return async (model, log) => {
    const caller = new AbortController();
    let parts = 0;
    const { stream, ...rest } = await model.doStream({ prompt, abortSignal: caller.signal });
    log([
      Object.keys(rest),
      stream.locked,
      Reflect.ownKeys(stream).filter((key) => typeof key === 'string').length > 20,
    ]);
    await read(stream, (what) => {
      log(what);
      if ((parts += 1) === 8) caller.abort(new DOMException('enough', 'AbortError'));
    });
    log(stream.locked);
  };
}

const WAYS: Readonly<Record<string, Way>> = {
  'a reader': reading(async (stream, log) => {
    const reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      log(value);
    }
    await reader.closed;
    reader.releaseLock();
  }),
  'a reader that leaves': reading(async (stream, log) => {
    const reader = stream.getReader();
    log(await reader.read());
    await reader.cancel('enough');
    log(await reader.read());
  }),
  'for await': reading(async (stream, log) => {
    for await (const part of stream) log(part);
  }),
  'for await that is left': reading(async (stream, log) => {
    for await (const part of stream) {
      log(part);
      if (part.type === 'text-delta') break;
    }
  }),
  'cancel unread': reading(async (stream, log) => log(await stream.cancel('unread'))),
  pipeThrough: reading(async (stream, log) => {
    for await (const part of stream.pipeThrough(new TransformStream())) log(part);
  }),
  'pipeThrough that is left': reading(async (stream, log) => {
    for await (const part of stream.pipeThrough(new TransformStream())) {
      log(part);
      break;
    }
  }),
  pipeTo: reading(async (stream, log) => await stream.pipeTo(new WritableStream({ write: log }))),
  tee: reading(async (stream, log) => {
    const [one, two] = stream.tee();
    const seen: unknown[] = [];
    for await (const part of one) log(part);
    for await (const part of two) seen.push(part);
    log(seen);
  }),
  'one part, and a look at what was asked for': reading(async (stream, log) => {
    log(await stream.getReader().read());
    await new Promise((resolve) => setImmediate(resolve));
  }),
  generateText: async (model, log) => {
    const abortSignal = AbortSignal.timeout(20);
    const { steps, text, usage, finishReason } = await generateText({
      model,
      prompt: 'Hello?',
      tools,
      abortSignal,
      maxRetries: 0,
    });
    log([text, usage, finishReason, steps.map(({ content }) => content)]);
  },
  streamText: async (model, log) => {
    const caller = new AbortController();
    const errors: string[] = [];
    const result = streamText({
      model,
      prompt: 'Hello?',
      tools,
      abortSignal: caller.signal,
      maxRetries: 0,
      onError: ({ error }) => void errors.push(String(error)),
    });
    let parts = 0;
    for await (const part of result.stream) {
      log(
        JSON.stringify(part, (key, value: unknown) =>
          /timestamp|^id$|performance|Ms$/i.test(key) ? undefined : value,
        ),
      );
      if ((parts += 1) === 9) setImmediate(() => caller.abort());
    }
    log(errors);
    log([await result.text, await result.usage, await result.finishReason]);
  },
  'streamText that is left': async (model, log) => {
    for await (const text of streamText({ model, prompt: 'Hello?', maxRetries: 0, onError: () => undefined })
      .textStream) {
      log(text);
      break;
    }
  },
  'an object': async (model, log) => {
    const output = Output.object({ schema: jsonSchema({ type: 'object' }) });
    const abortSignal = AbortSignal.timeout(20);
    log((await generateText({ model, prompt: 'Hello?', output, abortSignal, maxRetries: 0 })).output);
  },
};

/** All that the caller and the model see of a way. */
async function seen(way: Way, script: Script, wrap: boolean): Promise<readonly unknown[]> {
  const model = new ScriptedModel('large', script);
  const candidate = new ScriptedModel('small', { kind: 'says', text: 'never' });
  const middleware = wrap
    ? understudyMiddleware(understudy, { experiment: 'of-code', candidates: candidate })
    : { specificationVersion: 'v4' as const };
  const log: unknown[] = [];
  try {
    await way(wrapLanguageModel({ model, middleware }), (what) => log.push(what));
  } catch (error) {
    log.push(`${(error as Error).name}: ${(error as Error).message}`);
  }
  // Whatever goes on in the background when the caller has left.
  for (let quiet = 0, count = 0; quiet < 5; quiet = count === model.events.length ? quiet + 1 : 0) {
    count = model.events.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  // A pipe reads ahead, and how far it has come when it is left is a matter of microtasks.
  const events =
    way === WAYS['pipeThrough that is left'] ? model.events.filter((event) => event !== 'pull') : model.events;
  return [...log, events, model.calls.length, candidate.calls.length];
}

describe.each(Object.entries(WAYS))('with the middleware it is as without: %s', (_way, way) => {
  it.each(Object.entries(SCRIPTS))('of a model that %s', async (_name, script) => {
    const bare = await seen(way, script, false);
    expect(bare.length).toBeGreaterThanOrEqual(3);
    expect(await seen(way, script, true)).toEqual(bare);
  });
});

it('the results, the streams and the errors of the model are the very same objects', async () => {
  const result = { content: [], finishReason: { unified: 'stop' as const, raw: undefined }, usage: {}, warnings: [] };
  const streamed = { stream: new ReadableStream<LanguageModelV4StreamPart>() };
  const error = new Error('no');
  const model = Object.assign(new ScriptedModel('large', { kind: 'hangs' }), {
    doGenerate: async () => result as never,
    doStream: async () => streamed,
  });
  const { wrapGenerate, wrapStream } = understudyMiddleware(understudy, { experiment: 'of-code', candidates: model });
  const call = { params: { prompt }, model };
  expect(await wrapGenerate?.({ ...call, doGenerate: async () => result })).toBe(result);
  const given = await wrapStream?.({ ...call, doStream: async () => streamed });
  expect(given).toBe(streamed);
  expect(given?.stream).toBe(streamed.stream);
  expect(Object.keys(streamed.stream)).toEqual([]);
  await expect(wrapGenerate?.({ ...call, doGenerate: async () => await Promise.reject(error) })).rejects.toBe(error);
});
