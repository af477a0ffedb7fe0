import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';

/** A server whose path says how it behaves: `/behaviour/v1/chat/completions`. */
export interface BehavingServer {
  readonly origin: string;
  /** Method, path, what of the headers a client decides, and body of each request, in order. */
  readonly seen: string[];
  close(): Promise<void>;
}

const ANSWER: string = JSON.stringify({ id: 'chatcmpl-1', text: 'an answer of some length. '.repeat(40) });
const LARGE = Buffer.alloc(1024 * 1024, 'x');

const ENCODE: Readonly<Record<string, (text: string) => Buffer>> = {
  gzip: (text) => gzipSync(text),
  br: (text) => brotliCompressSync(text),
  deflate: (text) => deflateSync(text),
  zstd: (text) => zstdCompressSync(text),
  unknown: (text) => Buffer.from(text),
  corrupt: (text) => Buffer.from(text),
};

type Respond = (outgoing: ServerResponse, incoming: IncomingMessage) => void;

const pieces: Respond = (outgoing) => {
  outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const piece of ['data: one\n\n', 'data: two\n\n']) outgoing.write(piece);
};

let tries = 0;

const BEHAVIOURS: Readonly<Record<string, Respond>> = {
  json: (outgoing) => {
    outgoing.setHeader('set-cookie', ['a=1', 'b=2']);
    outgoing.setHeader('X-Mixed-Case', 'kept');
    outgoing.end(ANSWER);
  },
  empty: (outgoing) => void outgoing.writeHead(204).end(),
  failing: (outgoing) => void outgoing.writeHead(429, { 'retry-after': '1' }).end('{"error":{}}'),
  flaky: (outgoing) => {
    tries += 1;
    if (tries % 2 === 1) outgoing.writeHead(503).end('again');
    else outgoing.end(ANSWER);
  },
  moved: (outgoing) => void outgoing.writeHead(307, { location: '/json/v1/chat/completions' }).end(),
  large: (outgoing) => void outgoing.end(LARGE),
  trailers: (outgoing) => {
    outgoing.writeHead(200, { trailer: 'x-sum' });
    outgoing.write(ANSWER);
    outgoing.addTrailers({ 'x-sum': '42' });
    outgoing.end();
  },
  hints: (outgoing) => {
    outgoing.writeEarlyHints({ link: '</a>; rel=preload' });
    outgoing.end(ANSWER);
  },
  stream: (outgoing, incoming) => {
    pieces(outgoing, incoming);
    outgoing.end('data: [DONE]\n\n');
  },
  pausing: pieces,
  cut: (outgoing, incoming) => {
    pieces(outgoing, incoming);
    setImmediate(() => outgoing.destroy());
  },
  silent: () => undefined,
};

const respond: Respond = (outgoing, incoming) => {
  const name = incoming.url?.split('/')[1] ?? '';
  const encode = ENCODE[name];
  if (encode !== undefined) {
    outgoing.setHeader('content-encoding', name === 'corrupt' ? 'gzip' : name);
    outgoing.end(encode(ANSWER));
  } else {
    BEHAVIOURS[name]?.(outgoing, incoming);
  }
};

export async function startServer(): Promise<BehavingServer> {
  const seen: string[] = [];
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    outgoing.sendDate = false;
    const parts: Buffer[] = [];
    incoming.on('error', () => undefined);
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      const told = incoming.rawHeaders.filter((_text, index, all) => !/^host$/i.test(all[index & ~1] ?? ''));
      seen.push(
        `${incoming.method} ${incoming.url} ${told.join('|')} ${Buffer.concat(parts).toString()}`.replaceAll(
          /undici-\d+/g,
          'boundary',
        ),
      );
      respond(outgoing, incoming);
    });
  });
  const taken = new Set<Socket>();
  const take = (socket: Socket, answer: string): void => {
    taken.add(socket);
    socket.on('error', () => undefined);
    socket.end(answer);
  };
  server.on('upgrade', (_incoming, socket: Socket) =>
    take(socket, 'HTTP/1.1 101 Switching Protocols\r\nupgrade: echo\r\nconnection: upgrade\r\n\r\nhello'),
  );
  server.on('connect', (_incoming, socket: Socket) => take(socket, 'HTTP/1.1 200 OK\r\n\r\nthrough'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const socket of taken) socket.destroy();
      }),
  };
}
