import { expect, test } from 'vitest';
import { openaiChat } from '../dialect/protocols/openai-chat.js';
import type { ExchangeOutcome } from './bounded.js';
import { exchange } from './exchange.js';
import type { Transport, TransportResponse } from './undici.js';

const MEBIBYTE = 1024 * 1024;
const url = new URL('https://api.openai.com/v1/chat/completions');
const event = (content: string, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'a', model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`;

/** @param body What has come of the response when it is asked for. */
async function exchanged(
  body: () => AsyncIterable<Uint8Array>,
  {
    timeoutMs = 60_000,
    now = () => performance.now(),
    ...response
  }: Partial<TransportResponse> & {
    readonly timeoutMs?: number;
    readonly now?: () => number;
  } = {},
): Promise<ExchangeOutcome> {
  const transport: Transport = {
    send: () => Promise.resolve({ status: 200, headers: {}, body: body(), ...response }),
    close: () => undefined,
  };
  return await exchange(
    transport,
    { url, headers: {}, body: '{}', dialect: openaiChat, request: { operation: 'chat', model: 'm', stream: true } },
    { timeoutMs, maxBytes: MEBIBYTE, keepContent: true, now },
    new AbortController().signal,
  );
}

test('a call has taken what its answer took to come, not what it waited to be read', async () => {
  let at = 1000;
  const outcome = await exchanged(
    async function* () {
      at = 1030;
      yield Buffer.from(event('a'));
      at = 1500;
      yield Buffer.from(`${event('b', 'stop')}data: [DONE]\n\n`);
    },
    { now: () => at, lagMs: () => (at === 1030 ? 10 : 400) },
  );
  expect(outcome).toMatchObject({ status: 'ok', durationMs: 100, firstChunkMs: 20 });
});

test('a candidate whose flood is read slowly has not run out of its time: it is missing', async () => {
  const block = Buffer.from(event('a').repeat(10_000));
  const outcome = await exchanged(
    async function* () {
      for (;;) yield block;
    },
    { timeoutMs: 400 },
  );
  expect(outcome).toMatchObject({ status: 'missing', reason: 'leg_held_up', response: { status: 200 } });
});

test('one that says nothing has run out of its time', async () => {
  const outcome = await exchanged(
    async function* () {
      yield Buffer.from(event('a'));
      await new Promise((resolve) => setTimeout(resolve, 1000).unref());
    },
    { timeoutMs: 50 },
  );
  expect(outcome).toMatchObject({ status: 'error', type: 'timeout' });
});
