import { expect, test } from 'vitest';
import { BodyRecording } from './body-recording.js';
import { MAX_BODY_BYTES } from './outgoing-request.js';

async function* generate(...chunks: (string | Uint8Array | number)[]): AsyncGenerator<unknown> {
  yield* chunks;
}

async function drain(generator: AsyncGenerator<unknown>): Promise<unknown[]> {
  const chunks: unknown[] = [];
  for await (const chunk of generator) chunks.push(chunk);
  return chunks;
}

test('what is sent is written down, and is sent as it is', async () => {
  const bytes = Buffer.from('é');
  const generator = generate('{', bytes.subarray(0, 1), bytes.subarray(1), '}');
  const recording = BodyRecording.of(generator);
  expect(await drain(generator)).toEqual(['{', bytes.subarray(0, 1), bytes.subarray(1), '}']);
  expect(await recording?.text).toBe('{é}');
  expect(Object.keys(generator)).toEqual([]);
});

test('nothing is read ahead', async () => {
  let given = 0;
  const generator = (async function* () {
    for (;;) yield (given += 1);
  })();
  BodyRecording.of(generator);
  await generator.next();
  expect(given).toBe(1);
});

test('a generator that fails still fails, and has no text', async () => {
  const error = new Error('no more');
  const generator = (async function* () {
    yield 'a';
    throw error;
  })();
  const recording = BodyRecording.of(generator);
  await expect(drain(generator)).rejects.toBe(error);
  expect(await recording?.text).toBe(null);
});

test.each([
  ['one that is stopped', [], true],
  ['one too large', [new Uint8Array(MAX_BODY_BYTES), 'a'], false],
  ['one of something else than bytes', [5], false],
])('%s has no text', async (_name, chunks, stop) => {
  const generator = generate(...chunks);
  const recording = BodyRecording.of(generator);
  if (stop) recording?.stop();
  expect(await drain(generator)).toHaveLength(chunks.length);
  expect(await recording?.text).toBe(null);
});

test('one of the largest size has', async () => {
  const generator = generate(new Uint8Array(MAX_BODY_BYTES));
  const recording = BodyRecording.of(generator);
  await drain(generator);
  expect(await recording?.text).toHaveLength(MAX_BODY_BYTES);
});

test.each([
  ['a string', 'a'],
  ['an iterable', { [Symbol.asyncIterator]: generate }],
  ['a frozen generator', Object.freeze(generate())],
])('%s is left alone', (_name, body) => expect(BodyRecording.of(body)).toBe(null));
