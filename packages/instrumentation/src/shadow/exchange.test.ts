import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openaiChat } from '../dialect/protocols/openai-chat.js';
import type { ExchangeOutcome } from './bounded.js';
import { exchange } from './exchange.js';
import { createTransport, type Transport } from './undici.js';

const answer = JSON.stringify({
  id: 'a',
  model: 'm',
  choices: [{ message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' }],
});
const chunk = (content: string, finish: string | null): string =>
  `data: ${JSON.stringify({ id: 'a', model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`;
const over = `${chunk('Y', null)}${chunk('es.', 'stop')}data: [DONE]\n\n`;
const json = { 'content-type': 'application/json' };
const events = { 'content-type': 'text/event-stream' };

type Handle = (response: ServerResponse, request: IncomingMessage) => void;

const routes: Readonly<Record<string, Handle>> = {
  good: (response) => response.writeHead(200, json).end(answer),
  stream: (response) => response.writeHead(200, events).end(over),
  gzip: (response) => response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(gzipSync(answer)),
  brotli: (response) => response.writeHead(200, { ...json, 'content-encoding': 'br' }).end(brotliCompressSync(answer)),
  bomb: (response) =>
    response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(3_000_000, 0x20))),
  inherited: (response) => response.writeHead(200, { ...json, 'content-encoding': 'constructor' }).end(answer),
  odd: (response) => response.writeHead(200, { ...json, 'content-encoding': 'compress' }).end(answer),
  broken: (response) => response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(answer),
  large: (response) => response.writeHead(200, json).end(Buffer.alloc(200_000, 0x20)),
  garbage: (response) => response.writeHead(200, json).end('<html>'),
  nothing: (response) => response.writeHead(200, json).end(),
  busy: (response) => response.writeHead(429, json).end('{"error":{}}'),
  moved: (response, { headers }) => response.writeHead(307, { location: `http://${headers.host}/good` }).end(),
  hang: () => undefined,
  stall: (response) => response.writeHead(200, events).write(chunk('Y', null)),
  dies: (response) => {
    response.writeHead(200, events).write(chunk('Y', null));
    setTimeout(() => response.destroy(), 20);
  },
  short: (response) => response.writeHead(200, events).end(chunk('Y', null)),
  long: (response) => response.writeHead(200, events).end(`${chunk('Y', null).repeat(2000)}${over}`),
  lingers: (response) => response.writeHead(200, events).write(over),
  breaks: (response) => {
    response.writeHead(200, events).write(over);
    setTimeout(() => response.destroy(), 20);
  },
  grows: (response) => {
    response.writeHead(200, events).write(over);
    setTimeout(() => response.end(Buffer.alloc(200_000, 0x20)), 20);
  },
  named: (response) =>
    response
      .writeHead(200, events)
      .end(`data: {"error":{"type":"response_too_large"}}\n\n${chunk('x'.repeat(200_000), null)}`),
  pretends: (response) =>
    response
      .writeHead(200, events)
      .end(`${chunk('word ', null).repeat(200)}data: {"error":{"code":"ECONNREFUSED","type":"ECONNREFUSED"}}\n\n`),
  inside: (response) => response.writeHead(200, events).end('data: {"error":{"type":"overloaded_error"}}\n\n'),
};

describe('exchange', () => {
  let server: Server;
  let origin: string;
  let transport: Transport;
  const seen: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const name = request.url?.split('/')[1] ?? '';
      seen.push(name);
      request.resume().on('end', () => routes[name]?.(response, request));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    transport = createTransport({ timeoutMs: 10_000, environmentProxy: false });
  });

  afterAll(async () => {
    transport.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function send(
    name: string,
    change: { timeoutMs?: number; stream?: boolean; base?: string; cancelled?: AbortSignal } = {},
  ): Promise<ExchangeOutcome> {
    const stream = change.stream ?? ['stream', 'stall', 'dies', 'short', 'inside'].includes(name);
    return exchange(
      transport,
      {
        url: new URL(`${change.base ?? origin}/${name}`),
        headers: { 'content-type': 'application/json' },
        body: '{"model":"m","messages":[]}',
        dialect: openaiChat,
        request: { operation: 'chat', model: 'm', stream },
      },
      { timeoutMs: change.timeoutMs ?? 5000, maxBytes: 100_000, keepContent: true, now: () => performance.now() },
      change.cancelled ?? new AbortController().signal,
    );
  }

  it.each(['good', 'gzip', 'stream'])('reads an answer: %s', async (name) => {
    const outcome = await send(name);
    expect(outcome).toMatchObject({
      status: 'ok',
      answer: { finish: 'stop', messages: [{ role: 'assistant', parts: [{ type: 'text', content: 'Yes.' }] }] },
    });
    expect(outcome.durationMs).toBeGreaterThan(0);
    expect('firstChunkMs' in outcome).toBe(name === 'stream');
  });

  it.each([
    ['busy', '429'],
    ['garbage', 'unreadable_answer'],
    ['nothing', 'unreadable_answer'],
    ['odd', 'unsupported_encoding'],
    ['brotli', 'unsupported_encoding'],
    ['inherited', 'unsupported_encoding'],
    ['broken', 'Z_DATA_ERROR'],
    ['dies', 'UND_ERR_SOCKET'],
    ['short', 'truncated'],
    ['inside', 'overloaded_error'],
  ])('names what is wrong with it: %s is %s', async (name, type) => {
    expect(await send(name)).toMatchObject({ status: 'error', type });
  });

  it.each(['large', 'bomb'])('what is larger than is read is missing, not an error: %s', async (name) => {
    expect(await send(name)).toMatchObject({ status: 'missing', reason: 'leg_too_large', response: { status: 200 } });
  });

  it("an error is the provider's, whatever it calls it", async () => {
    expect(await send('named', { stream: true })).toMatchObject({ status: 'error', type: 'response_too_large' });
  });

  it.each(['lingers', 'breaks', 'grows'])('of an answer that is over nothing can go wrong: %s', async (name) => {
    const outcome = await send(name, { stream: true });
    expect(outcome).toMatchObject({ status: 'ok', answer: { finish: 'stop' } });
  });

  it('measures a streamed answer by what it says, not by what that is packed in', async () => {
    // 2,000 events of 130 bytes, 2,000 characters: the limit of 100,000 bytes is for what is held.
    expect(await send('long', { stream: true })).toMatchObject({ status: 'ok', answer: { finish: 'stop' } });
  });

  it('follows no redirect', async () => {
    seen.length = 0;
    expect(await send('moved')).toMatchObject({ status: 'error', type: '307' });
    expect(seen).toEqual(['moved']);
  });

  it.each(['hang', 'stall'])('ends at its time limit, whatever the other side does: %s', async (name) => {
    const outcome = await send(name, { timeoutMs: 60 });
    expect(outcome).toMatchObject({ status: 'error', type: 'timeout' });
    expect(outcome.durationMs).toBeGreaterThanOrEqual(50);
    expect(outcome.durationMs).toBeLessThan(2000);
  });

  it('ends when it is cancelled', async () => {
    const cancelled = new AbortController();
    const outcome = send('hang', { cancelled: cancelled.signal });
    cancelled.abort();
    expect(await outcome).toMatchObject({ status: 'error', type: 'cancelled' });
  });

  it('names a refused connection', async () => {
    const unused = createTcpServer();
    await new Promise<void>((resolve) => unused.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(unused.address() as AddressInfo).port}`;
    await new Promise((resolve) => unused.close(resolve));
    expect(await send('good', { base })).toMatchObject({ status: 'error', type: 'ECONNREFUSED', unbilled: true });
  });

  it('what has answered was reached, and its words are paid for, whatever it calls its error', async () => {
    const outcome = await send('pretends', { stream: true });
    expect(outcome).toMatchObject({ status: 'error', type: 'ECONNREFUSED', response: { status: 200 }, inAnswer: true });
    expect(outcome).not.toHaveProperty('unbilled');
  });
});
