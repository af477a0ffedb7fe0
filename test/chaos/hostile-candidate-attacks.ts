import type { Socket } from 'node:net';

import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { bodyOf } from './hostile-candidate-provider.js';

/** What a candidate does with a request: it writes to the connection what it likes. */
export interface Attack {
  readonly says: (socket: Socket) => void;
  /** What the leg ends with: the types of an error, or `ok`. */
  readonly ends: readonly string[];
}

/** The name of what is none. */
export const GOOD = 'a good answer';

const MEBIBYTE = 1024 * 1024;
const GIBIBYTE = 1024 * MEBIBYTE;
const OK = 'HTTP/1.1 200 OK\r\n';
const JSON_OF = (length: number): string => `${OK}content-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;
const CHUNKED = `${OK}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`;
const EVENTS = `${OK}content-type: text/event-stream\r\n\r\n`;

/** Whichever comes first: the cap of one answer, that of all shadows together, or the time, which is ours where the reading was slow. */
const TOO_LARGE = ['leg_too_large', 'leg_memory_cap', 'leg_held_up', 'timeout'] as const;
const OVERFLOW = ['UND_ERR_HEADERS_OVERFLOW'] as const;

/** Writes a piece over and over, as fast as it is taken, `most` bytes in all. */
function flood(socket: Socket, piece: string | Buffer, most = Infinity): void {
  const one = Buffer.from(piece);
  const block = Buffer.concat(Array.from({ length: Math.ceil(65_536 / one.length) }, () => one));
  let left = most;
  const more = (): void => {
    while (!socket.destroyed && left > 0) {
      left -= block.length;
      if (!socket.write(block)) return;
    }
  };
  socket.on('drain', more);
  more();
}

function whole(socket: Socket, body: string): void {
  socket.write(JSON_OF(Buffer.byteLength(body)) + body);
}

function drip(socket: Socket, head: string, piece: string): void {
  socket.write(head);
  const timer = setInterval(() => void socket.write(piece), 1000);
  socket.on('close', () => clearInterval(timer));
}

function encoded(socket: Socket, encoding: string, body: Buffer): void {
  socket.write(`${OK}content-type: application/json\r\ncontent-encoding: ${encoding}\r\n`);
  socket.write(`content-length: ${body.length}\r\n\r\n`);
  socket.write(body);
}

const answer = (message: object): string =>
  JSON.stringify({
    id: 'a',
    model: 'm',
    choices: [{ message: { role: 'assistant', ...message }, finish_reason: 'stop' }],
  });
const toolCall = (args: string): object => ({
  content: null,
  tool_calls: [{ id: 'c', type: 'function', function: { name: 'look_up', arguments: args } }],
});
const delta = (content: object): string =>
  `data: ${JSON.stringify({ id: 'a', model: 'm', choices: [{ index: 0, delta: content }] })}\n\n`;
const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const once = <Value>(make: () => Value): (() => Value) => {
  let made: { readonly value: Value } | null = null;
  return () => (made ??= { value: make() }).value;
};

/** Members of a gzip file are one after the other: 64 MiB of spaces, sixteen times. */
const gzipBomb = once(() => {
  const member = gzipSync(Buffer.alloc(64 * MEBIBYTE, 0x20));
  return Buffer.concat(Array.from({ length: 16 }, () => member));
});
const brotliBomb = once(() =>
  brotliCompressSync(Buffer.alloc(256 * MEBIBYTE, 0x20), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 24 },
  }),
);
const values = once(() => `{"choices":[${Array.from({ length: 60_000 }, (_, index) => `{"k${index}":1}`).join(',')}]}`);
/** As long as an answer may be, and of what a search for private values looks at most closely. */
const longest = once(() => answer({ content: 'a.b@c-1 4111 1111 1111 1110 +49 30 12 '.repeat(6800) }));

/** @param elsewhere An address that nobody may ever ask. */
export function attacksBy(elsewhere: string): Readonly<Record<string, Attack>> {
  const redirect = (location: string): Attack => ({
    says: (socket) =>
      void socket.write(
        `HTTP/1.1 307 Temporary Redirect\r\nlocation: ${location}\r\nrefresh: 0; url=${location}\r\nalt-svc: h2="${elsewhere}"\r\n` +
          `content-location: ${location}\r\nlink: <${location}>; rel=preload\r\ncontent-length: 0\r\n\r\n`,
      ),
    ends: ['307'],
  });
  return {
    [GOOD]: {
      says: (socket) => whole(socket, bodyOf({ messages: [{ content: 'as good as the other' }] })),
      ends: ['ok'],
    },
    '1 GB, chunked': {
      says: (socket) => {
        socket.write(CHUNKED);
        flood(socket, `10000\r\n${' '.repeat(0x10000)}\r\n`, GIBIBYTE);
      },
      ends: TOO_LARGE,
    },
    '1 GB, in chunks of a byte': {
      says: (socket) => {
        socket.write(CHUNKED);
        flood(socket, '1\r\n \r\n', GIBIBYTE);
      },
      ends: ['response_overhead'],
    },
    'a chunk extension of 1 GB': {
      says: (socket) => {
        socket.write(`${CHUNKED}1;`);
        flood(socket, 'x', GIBIBYTE);
      },
      ends: ['response_overhead'],
    },
    'a gzip bomb of 1 GB': { says: (socket) => encoded(socket, 'gzip', gzipBomb()), ends: TOO_LARGE },
    'a brotli bomb of 256 MB': {
      says: (socket) => encoded(socket, 'br', brotliBomb()),
      ends: [...TOO_LARGE, 'unsupported_encoding'],
    },
    '10,000 layers of encoding': {
      says: (socket) => encoded(socket, Array(10_000).fill('gzip').join(', '), Buffer.from('x')),
      ends: OVERFLOW,
    },
    '1,000 layers of encoding': {
      says: (socket) => encoded(socket, Array(1000).fill('gzip').join(','), gzipBomb().subarray(0, 65_536)),
      ends: ['unsupported_encoding'],
    },
    'a byte a second': { says: (socket) => drip(socket, JSON_OF(1000), ' '), ends: ['timeout'] },
    'a byte of headers a second': { says: (socket) => drip(socket, `${OK}x-`, 'y'), ends: ['timeout'] },
    'JSON a million deep': { says: (socket) => whole(socket, nested(1_000_000)), ends: TOO_LARGE },
    'JSON a million deep, unclosed': {
      says: (socket) => whole(socket, `{"choices":${'['.repeat(1_000_000)}`),
      ends: TOO_LARGE,
    },
    'JSON half a million deep': {
      says: (socket) => whole(socket, `{"choices":${nested(500_000)}}`),
      ends: TOO_LARGE,
    },
    'tool arguments a million deep': {
      says: (socket) => whole(socket, answer(toolCall('['.repeat(1_000_000)))),
      ends: TOO_LARGE,
    },
    'an event a million deep': {
      says: (socket) => socket.end(`${EVENTS}data: {"choices":${'['.repeat(1_000_000)}\n\ndata: [DONE]\n\n`),
      ends: TOO_LARGE,
    },
    'streamed tool arguments a million deep': {
      says: (socket) => {
        socket.write(
          EVENTS + delta({ tool_calls: [{ index: 0, id: 'c', function: { name: 'look_up', arguments: '' } }] }),
        );
        flood(socket, delta({ tool_calls: [{ index: 0, function: { arguments: '['.repeat(1000) } }] }));
      },
      ends: TOO_LARGE,
    },
    'JSON of 60,000 names': { says: (socket) => whole(socket, values()), ends: TOO_LARGE },
    'the longest answer there may be': {
      says: (socket) => whole(socket, longest()),
      ends: ['ok', 'leg_memory_cap', 'leg_held_up'],
    },
    '100 MB of headers': {
      says: (socket) => {
        socket.write(OK);
        flood(socket, `x-filler: ${'y'.repeat(100)}\r\n`, 100 * MEBIBYTE);
      },
      ends: OVERFLOW,
    },
    'one header of 100 MB': {
      says: (socket) => {
        socket.write(`${OK}x-filler: `);
        flood(socket, 'y', 100 * MEBIBYTE);
      },
      ends: OVERFLOW,
    },
    '100 MB of trailers': {
      says: (socket) => {
        socket.write(`${CHUNKED}2\r\n{}\r\n0\r\n`);
        flood(socket, `x-filler: ${'y'.repeat(100)}\r\n`, 100 * MEBIBYTE);
      },
      ends: OVERFLOW,
    },
    'endless events': {
      says: (socket) => {
        socket.write(EVENTS);
        flood(socket, delta({ content: 'word ' }));
      },
      ends: TOO_LARGE,
    },
    'endless tiny events': {
      says: (socket) => {
        socket.write(EVENTS);
        flood(socket, 'data:{}\n\n');
      },
      ends: TOO_LARGE,
    },
    'one endless line': {
      says: (socket) => {
        socket.write(`${EVENTS}data: `);
        flood(socket, 'x');
      },
      ends: TOO_LARGE,
    },
    'one endless event of short lines': {
      says: (socket) => {
        socket.write(EVENTS);
        flood(socket, 'data:x\n');
      },
      ends: TOO_LARGE,
    },
    'endless comments': {
      says: (socket) => {
        socket.write(EVENTS);
        flood(socket, ':\n');
      },
      ends: TOO_LARGE,
    },
    'a redirect to a metadata address': redirect('http://169.254.169.254/latest/meta-data/iam/security-credentials/'),
    'a redirect to another host': redirect(`http://${elsewhere}/latest/meta-data/`),
    'less than its content-length': {
      says: (socket) => {
        socket.write(JSON_OF(5000));
        socket.end('{"id":"a"');
      },
      ends: ['UND_ERR_SOCKET', 'ECONNRESET', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'],
    },
    'more than its content-length': {
      says: (socket) => {
        socket.write(`${JSON_OF(2)}{}`);
        flood(socket, '{}', 64 * MEBIBYTE);
      },
      // Of the answer it said, or of what follows it.
      ends: ['unreadable_answer', 'HTTPParserError'],
    },
    'endless early hints': {
      says: (socket) => flood(socket, 'HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n'),
      ends: ['too_many_interim_responses'],
    },
    'endless 100 Continue': {
      says: (socket) => flood(socket, 'HTTP/1.1 100 Continue\r\n\r\n'),
      ends: ['UND_ERR_SOCKET'],
    },
  };
}
