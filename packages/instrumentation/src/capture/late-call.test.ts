import { expect, it } from 'vitest';
import { DIALECTS } from '../dialect/registry.js';
import type { BodyObserver, OutgoingRequest } from '../tap/observer.js';
import type { Leg } from '../trial/trial.js';
import { createCapture } from './capture.js';
import { ANSWER, meterProvider, TARGET, tracer } from './tapped.test.support.js';

const MAX_BYTES = 10_000;

const event = (content: string): string =>
  `data: ${JSON.stringify({ id: 'a', model: 'm', choices: [{ index: 0, delta: { content } }] })}\n\n`;
const OVER = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';

/** A call whose request is known only when `known` is called, and its answer. */
function late(stream: boolean): { body: BodyObserver; known(): Promise<void>; legs: Leg[] } {
  let know = (_body: string): void => undefined;
  const text = new Promise<string>((resolve) => (know = resolve));
  const legs: Leg[] = [];
  const outgoing: OutgoingRequest = {
    method: 'POST',
    url: new URL(TARGET),
    headers: () => new Map(),
    body: () => text,
    aborted: () => false,
  };
  const observer = createCapture({
    dialects: DIALECTS,
    tracer: () => tracer,
    meter: () => meterProvider.getMeter('test'),
    maxAnswerBytes: MAX_BYTES,
    listener: (call) => {
      call.keepAnswer();
      call.onOutcome((leg) => legs.push(leg));
    },
  })(outgoing);
  const body = observer?.responded(200, () => null);
  if (body === null || body === undefined) throw new Error('no call');
  return {
    body,
    legs,
    async known() {
      know(JSON.stringify({ model: 'm', messages: [], stream }));
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

function tell(body: BodyObserver, parts: readonly string[]): void {
  for (const part of parts) body.chunk(Buffer.from(part));
}

const TOO_LARGE: Leg = { status: 'missing', reason: 'primary_too_large' };

it('is told of an answer that came before it was known', async () => {
  const { body, known, legs } = late(true);
  tell(body, [event('Y'), event('es.'), OVER]);
  body.ended();
  await known();
  const said = [{ role: 'assistant', parts: [{ type: 'text', content: 'Yes.' }] }];
  expect(legs).toMatchObject([{ status: 'ok', answer: { messages: said }, finish: 'stop' }]);
});

it.each<[string, boolean, readonly string[]]>([
  ['a stream', true, [event('a'), event('b'.repeat(MAX_BYTES)), event('c'), OVER]],
  ['a body', false, [ANSWER.slice(0, 40), ' '.repeat(MAX_BYTES), ANSWER.slice(40)]],
])('is not told of %s with a gap: one that is longer than what is held is too large', async (_, stream, parts) => {
  const { body, known, legs } = late(stream);
  tell(body, parts);
  body.ended();
  await known();
  expect(legs).toEqual([TOO_LARGE]);
});

it('is told nothing of the rest, whether that comes before it is known or after it', async () => {
  const { body, known, legs } = late(true);
  tell(body, [event('a'), event('b'.repeat(MAX_BYTES))]);
  await known();
  tell(body, [event('c'), OVER]);
  body.ended();
  expect(legs).toEqual([TOO_LARGE]);
});

it('has an answer that was over before what nobody held', async () => {
  const { body, known, legs } = late(true);
  tell(body, [event('a'), OVER, ' '.repeat(MAX_BYTES)]);
  body.ended();
  await known();
  expect(legs).toMatchObject([{ status: 'ok', finish: 'stop' }]);
});

it('has failed where the provider said so before what nobody held', async () => {
  const { body, known, legs } = late(true);
  tell(body, ['data: {"error":{"type":"overloaded_error"}}\n\n', ' '.repeat(MAX_BYTES)]);
  body.ended();
  await known();
  expect(legs).toMatchObject([{ status: 'error', type: 'overloaded_error' }]);
});
