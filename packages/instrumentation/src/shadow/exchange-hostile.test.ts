import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openaiChat } from '../dialect/protocols/openai-chat.js';
import type { ExchangeOutcome } from './bounded.js';
import { exchange } from './exchange.js';
import { ANSWERS } from './process-share.js';
import { createTransport, type Transport } from './undici.js';

const MEBIBYTE = 1024 * 1024;
const EVENTS = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n';
const whole = (body: Buffer | string, headers = ''): string | Buffer =>
  Buffer.concat([
    Buffer.from(`HTTP/1.1 200 OK\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n`),
    Buffer.from(body),
  ]);
const answer = (content: string, more = ''): string =>
  `{"id":"a","model":"m","choices":[{"message":{"content":${JSON.stringify(content)}${more}},"finish_reason":"stop"}]}`;
const shredded = (text: string): string =>
  text
    .split('')
    .map((sign) => `1\r\n${sign}\r\n`)
    .join('');

/** Says something without end, as fast as it is taken. */
function endlessly(socket: Socket, piece: string): void {
  const block = piece.repeat(Math.ceil(65_536 / piece.length));
  const more = (): void => {
    while (!socket.destroyed && socket.write(block));
  };
  socket.on('drain', more);
  more();
}

type Attack = (socket: Socket) => void;

const attacks: Readonly<Record<string, Attack>> = {
  good: (socket) => socket.end(whole(answer('Yes.'))),
  shreds: (socket) =>
    socket.end(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${shredded(answer('Yes.'.repeat(200)))}0\r\n\r\n`),
  'endless shreds': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
    endlessly(socket, '1\r\n \r\n');
  },
  'early hints': (socket) =>
    socket.end(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${String(whole(answer('Yes.')))}`),
  'endless chunked': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
    endlessly(socket, `1000\r\n${' '.repeat(4096)}\r\n`);
  },
  'endless extension': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;');
    endlessly(socket, 'x');
  },
  'endless line': (socket) => {
    socket.write(`${EVENTS}data: `);
    endlessly(socket, 'x');
  },
  'endless comments': (socket) => {
    socket.write(EVENTS);
    endlessly(socket, ': still here\n');
  },
  'endless events': (socket) => {
    socket.write(EVENTS);
    endlessly(socket, 'data:{}\n\n');
  },
  'gzip bomb': (socket) => socket.end(whole(gzipSync(Buffer.alloc(8 * MEBIBYTE)), 'content-encoding: gzip\r\n')),
  'long gzip': (socket) =>
    socket.end(whole(gzipSync(`${answer('Yes.')}${' '.repeat(600_000)}`), 'content-encoding: gzip\r\n')),
  'brotli bomb': (socket) =>
    socket.end(whole(brotliCompressSync(Buffer.alloc(8 * MEBIBYTE)), 'content-encoding: br\r\n')),
  layers: (socket) => socket.end(whole(answer('Yes.'), `content-encoding: ${'gzip, '.repeat(2000)}gzip\r\n`)),
  'repeated layers': (socket) => socket.end(whole(answer('Yes.'), 'content-encoding: gzip\r\n'.repeat(50))),
  'large headers': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    endlessly(socket, `x-filler: ${'y'.repeat(200)}\r\n`);
  },
  'endless header': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nx-filler: ');
    endlessly(socket, 'y');
  },
  'names of a prototype': (socket) =>
    socket.end(whole(answer('Yes.'), '__proto__: a\r\n__proto__: b\r\nconstructor: c\r\n')),
  'endless hints': (socket) => endlessly(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n'),
  'endless continue': (socket) => endlessly(socket, 'HTTP/1.1 100 Continue\r\n\r\n'),
  'large trailers': (socket) => {
    const body = answer('Yes.');
    socket.write(
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n`,
    );
    endlessly(socket, `x-trailer: ${'y'.repeat(200)}\r\n`);
  },
  'more than it said': (socket) => socket.end(`${String(whole(answer('Yes.')))}}}}}`),
  'less than it said': (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"id":'),
  'two lengths': (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}x'),
  'a negative length': (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}'),
  'deep body': (socket) => socket.end(whole(`{"choices":${'['.repeat(90_000)}`)),
  'many values': (socket) => socket.end(whole(`{"choices":[${'0,'.repeat(70_000)}{}]}`)),
  'deep event': (socket) => socket.end(`${EVENTS}data: {"choices":${'[{"a":'.repeat(10_000)}\n\n`),
  'switching protocols': (socket) => socket.end('HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
  'not HTTP': (socket) => socket.end('220 mail ready\r\n'),
  metadata: (socket) =>
    socket.end('HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/latest/meta-data/\r\ncontent-length: 0\r\n\r\n'),
};

describe('exchange with a hostile candidate', () => {
  let server: Server;
  let transport: Transport;
  const sockets = new Set<Socket>();
  let attack: Attack = () => undefined;

  beforeAll(async () => {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
      socket.once('data', () => attack(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    transport = createTransport({ timeoutMs: 10_000, environmentProxy: false });
  });

  afterAll(async () => {
    transport.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  async function send(name: string, maxBytes = MEBIBYTE): Promise<ExchangeOutcome> {
    attack = attacks[name] ?? expect.fail(name);
    return await exchange(
      transport,
      {
        url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat/completions`),
        headers: { 'content-type': 'application/json' },
        body: '{"model":"m","messages":[]}',
        dialect: openaiChat,
        request: { operation: 'chat', model: 'm', stream: name.includes('event') || name === 'endless line' },
      },
      { timeoutMs: 8000, maxBytes, keepContent: true, now: () => performance.now() },
      new AbortController().signal,
    );
  }

  it.each(['good', 'long gzip', 'shreds', 'early hints', 'more than it said', 'names of a prototype'])(
    'reads an answer however it is sent: %s',
    // A machine that has no time for it holds it up.
    { retry: 2 },
    async (name) => {
      expect(await send(name)).toMatchObject({ status: 'ok', answer: { finish: 'stop' } });
    },
  );

  it.each([
    'endless chunked',
    'endless line',
    'endless comments',
    'endless events',
    'gzip bomb',
    'deep body',
    'many values',
    'deep event',
  ])('what is larger than is read is missing: %s', async (name) => {
    // A flood that is read slowly may be given up before it is too large.
    const reason: unknown = expect.stringMatching(/^leg_(too_large|held_up)$/);
    expect(await send(name, 150_000)).toMatchObject({ status: 'missing', reason });
    expect(ANSWERS.counted).toBe(0);
  });

  it.each([
    ['brotli bomb', 'unsupported_encoding'],
    ['layers', 'unsupported_encoding'],
    ['repeated layers', 'unsupported_encoding'],
    ['large headers', 'UND_ERR_HEADERS_OVERFLOW'],
    ['endless header', 'UND_ERR_HEADERS_OVERFLOW'],
    ['endless hints', 'too_many_interim_responses'],
    ['endless continue', 'UND_ERR_SOCKET'],
    ['large trailers', 'UND_ERR_HEADERS_OVERFLOW'],
    ['less than it said', 'UND_ERR_SOCKET'],
    ['two lengths', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'],
    ['a negative length', 'HTTPParserError'],
    ['switching protocols', 'UND_ERR_SOCKET'],
    ['not HTTP', 'HTTPParserError'],
    ['metadata', '302'],
    ['endless extension', 'response_overhead'],
    ['endless shreds', 'response_overhead'],
  ])('ends with its type: %s is %s', async (name, type) => {
    expect(await send(name, 150_000)).toMatchObject({ status: 'error', type });
    expect(ANSWERS.counted).toBe(0);
  });
});
