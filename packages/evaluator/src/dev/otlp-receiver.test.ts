import { createServer, type OutgoingHttpHeaders, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MOST_JSON } from './otlp-items.js';
import { type OtlpReceiver, type ReceiverOptions, startOtlpReceiver } from './otlp-receiver.js';

const NOWHERE = { traces: null, metrics: null, logs: null };
const ONE = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{}] }] }] });

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function receiver(targets: ReceiverOptions['targets'] = NOWHERE, timeoutMs = 1000): Promise<OtlpReceiver> {
  const started = await startOtlpReceiver({ port: 0, targets, timeoutMs });
  open.push(started);
  return started;
}

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

async function send({ port }: OtlpReceiver, sent: Sent = {}): Promise<{ status: number; text: string }> {
  const { path = '/v1/traces', method = 'POST', headers = {}, body = ONE } = sent;
  const all = { 'content-type': 'application/json', ...headers };
  const init = method === 'GET' ? {} : { body };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers: all, ...init });
  return { status: response.status, text: await response.text() };
}

/** A collector that answers as it is told, and what it got. */
async function collector(
  status: number,
  answer: string,
): Promise<{ url: string; got: { body: string; key: unknown }[] }> {
  const got: { body: string; key: unknown }[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      got.push({ body: Buffer.concat(chunks).toString('base64'), key: request.headers['api-key'] });
      response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '7' }).end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({ close: () => new Promise((resolve) => server.close(resolve)) });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`, got };
}

describe('startOtlpReceiver', () => {
  it('takes and counts where there is nowhere to pass it on to', async () => {
    const to = await receiver();
    expect(await send(to)).toEqual({ status: 200, text: '{}' });
    const compressed = { headers: { 'content-encoding': 'gzip' }, body: Uint8Array.from(gzipSync(ONE)) };
    expect(await send(to, compressed)).toMatchObject({ status: 200 });
    expect(to.received()).toMatchObject({
      traces: { requests: 2, items: 2, passedOn: 0, refused: 0 },
      metrics: { requests: 0 },
    });
  });

  it('passes on what came, byte for byte, with the key of the target, and gives its answer', async () => {
    const { url, got } = await collector(200, '{"partialSuccess":{"rejectedSpans":1}}');
    const to = await receiver({ ...NOWHERE, traces: { url, headers: { 'api-key': 'k' } } });
    const body = Uint8Array.from(gzipSync(ONE));
    const answer = await send(to, { headers: { 'content-encoding': 'gzip', 'api-key': 'not ours' }, body });
    expect(answer).toEqual({ status: 200, text: '{"partialSuccess":{"rejectedSpans":1}}' });
    expect(got).toEqual([{ body: Buffer.from(body).toString('base64'), key: 'k' }]);
    expect(to.received().traces).toEqual({ requests: 1, items: 1, uncounted: 0, passedOn: 1, refused: 0 });
    expect(to.trouble()).toBeNull();
  });

  it('gives the refusal of a target, and 503 for one that is away', async () => {
    const { url } = await collector(429, 'slow down');
    const to = await receiver({
      traces: { url, headers: {} },
      metrics: { url: 'http://127.0.0.1:1/', headers: {} },
      logs: null,
    });
    expect(await send(to)).toEqual({ status: 429, text: 'slow down' });
    expect(to.trouble()).toBe('it answers 429');
    expect(await send(to, { path: '/v1/metrics', body: '{}' })).toMatchObject({ status: 503 });
    expect(to.received()).toMatchObject({ traces: { refused: 1 }, metrics: { refused: 1 } });
  });

  it.each<[string, Sent, number]>([
    ['another path', { path: '/v1/profiles' }, 404],
    ['another method', { method: 'GET' }, 405],
    ['what a web page may send unasked', { headers: { 'content-type': 'text/plain' } }, 415],
    ['no OTLP', { body: '[]' }, 400],
    ['no protobuf', { headers: { 'content-type': 'application/x-protobuf' }, body: '\u000b' }, 400],
    ['another compression', { headers: { 'content-encoding': 'br' } }, 400],
    ['what says that it is compressed and is not', { headers: { 'content-encoding': 'gzip' } }, 400],
    [
      'a bomb',
      { headers: { 'content-encoding': 'gzip' }, body: Uint8Array.from(gzipSync(Buffer.alloc(20_000_000))) },
      400,
    ],
    ['too long a body', { body: 'x'.repeat(4 * 1024 * 1024 + 1) }, 413],
  ])('refuses %s', async (_what, sent, status) => {
    const to = await receiver();
    expect(await send(to, sent)).toMatchObject({ status });
    expect(await send(to)).toMatchObject({ status: 200 });
  });

  it.each(['gzip', null])('passes on what is too long to count, and parses none of it: %s', async (compression) => {
    const { url, got } = await collector(200, '{}');
    const to = await receiver({ ...NOWHERE, traces: { url, headers: {} } });
    const text = `{"resourceSpans":[${'{},'.repeat(compression === null ? 1_200_000 : 5_000_000)}{}]}`;
    const body = Uint8Array.from(compression === null ? Buffer.from(text) : gzipSync(text));
    const parse = vi.spyOn(JSON, 'parse');
    try {
      const headers = compression === null ? {} : { 'content-encoding': compression };
      const answers = await Promise.all([send(to, { headers, body }), send(to, { headers, body }), send(to)]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(Math.max(...parse.mock.calls.map(([parsed]) => parsed.length))).toBeLessThanOrEqual(MOST_JSON);
    } finally {
      parse.mockRestore();
    }
    expect(
      got
        .map((one) => one.body.length)
        .toSorted((a, b) => a - b)
        .at(-1),
    ).toBeGreaterThan(body.length);
    expect(to.received().traces).toEqual({ requests: 3, items: 1, uncounted: 2, passedOn: 3, refused: 0 });
  });

  /** The status that a request with these headers gets. */
  function statusOf({ port }: OtlpReceiver, headers: OutgoingHttpHeaders): Promise<number | undefined> {
    const all = { 'content-type': 'application/json', ...headers };
    return new Promise((resolve, reject) => {
      const options = { port, host: '127.0.0.1', method: 'POST', path: '/v1/traces', headers: all };
      request(options, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end(ONE);
    });
  }

  it.each([
    ['localhost', 200],
    ['localhost:4318', 200],
    ['127.0.0.1:4318', 200],
    ['127.9.9.9', 200],
    ['[::1]:4318', 200],
    ['evil.example', 403],
    ['localhost.evil.example:4318', 403],
    ['127.0.0.1.evil.example', 403],
    ['192.168.0.7:4318', 403],
  ])('is there for programs of this machine, whatever name leads to it: %s is %d', async (host, status) => {
    const to = await receiver();
    expect(await statusOf(to, { host })).toBe(status);
    expect(to.received().traces.requests).toBe(status === 200 ? 1 : 0);
  });

  it.each(['http://evil.example', 'http://localhost:3000', 'null'])(
    'is not there for a web page of %s',
    async (origin) => {
      const { url, got } = await collector(200, '{}');
      const to = await receiver({ ...NOWHERE, traces: { url, headers: { 'api-key': 'k' } } });
      expect(await statusOf(to, { origin })).toBe(403);
      expect(got).toEqual([]);
    },
  );

  it('passes on no more at the same time than it can hold', async () => {
    const waiting: (() => void)[] = [];
    const slow = createServer((_asked, response) => waiting.push(() => response.end('{}')));
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    open.push({ close: () => new Promise((resolve) => slow.close(resolve).closeAllConnections()) });
    const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}/`;
    const to = await receiver({ ...NOWHERE, traces: { url, headers: {} } }, 60_000);
    const sent = Array.from({ length: 8 }, () => send(to));
    await expect.poll(() => waiting.length, { timeout: 20_000 }).toBe(8);
    expect(await send(to)).toMatchObject({ status: 503 });
    for (const end of waiting.splice(0)) end();
    expect((await Promise.all(sent)).map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
  });

  it('is not held by who sends a part of a request and no more', async () => {
    const to = await receiver();
    const sockets = Array.from({ length: 16 }, () => {
      const socket = connect(to.port, '127.0.0.1').on('error', () => undefined);
      socket.write(
        'POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
      );
      return socket;
    });
    await expect.poll(() => to.received().traces.requests, { timeout: 20_000 }).toBe(16);
    expect(await send(to)).toMatchObject({ status: 200 });
    for (const socket of sockets) socket.destroy();
  });

  it('says which port cannot be had', async () => {
    const { port } = await receiver();
    await expect(startOtlpReceiver({ port, targets: NOWHERE })).rejects.toThrow(`127.0.0.1:${port}: EADDRINUSE`);
  });
});
