import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StoreError } from '../errors.js';
import type { Listen } from '../outputs.js';
import { answerOf, type Known } from './answer.js';

export interface Serving {
  readonly listen: Listen;
  /** What requests are answered from; asked for each, so that it may keep what it has read for a moment. */
  readonly known: () => Promise<Known>;
  readonly onError: (error: unknown) => void;
}

/** A server that answers until it is closed. */
export interface Server {
  /** Such as `http://127.0.0.1:8181`. */
  readonly url: string;
  /** Lets go of the address, and of whoever is connected. */
  close(): Promise<void>;
}

const LIMITS = { headersTimeout: 5000, requestTimeout: 10_000, keepAliveTimeout: 5000, maxHeaderSize: 8192 };
const MOST_CONNECTIONS = 256;

/** Answers `/api/verdict`. Rejects with {@link StoreError} where the address cannot be had. */
export async function startServer({ listen, known, onError }: Serving): Promise<Server> {
  const server = createServer(LIMITS, (request, response) => {
    // Nothing that a request holds beyond its first line is read.
    request.resume();
    handle(request, response, known).catch((error: unknown) => {
      onError(error);
      if (!response.headersSent) reply(response, 500, { error: 'internal', message: 'see the log of the evaluator' });
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.listen(listen.port, listen.host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const code = (cause as { code?: string }).code ?? 'unknown';
    throw new StoreError(`cannot listen at ${hostOf(listen.host)}:${listen.port}: ${code}`, { cause });
  }
  server.on('error', onError);
  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${hostOf(address)}:${port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function hostOf(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** What a POST is to be told by its status, for whoever reads nothing else: 200 where the result is this one. */
const POSTED: Readonly<Record<string, 'pass' | 'fail'>> = { '/api/verdict': 'pass', '/api/verdict/rollback': 'fail' };

async function handle(
  { method = '', url = '/' }: IncomingMessage,
  response: ServerResponse,
  known: () => Promise<Known>,
): Promise<void> {
  // Not by URL: a target that is no URL is a path that is not there.
  const [path = '', ...query] = url.split('?');
  const wanted = Object.hasOwn(POSTED, path) ? POSTED[path] : undefined;
  if (wanted === undefined) {
    return reply(response, 404, { error: 'unknown_path', message: 'there is /api/verdict, and /api/verdict/rollback' });
  }
  const allowed = wanted === 'pass' ? ['GET', 'HEAD', 'POST'] : ['POST'];
  if (!allowed.includes(method)) {
    response.setHeader('allow', allowed.join(', '));
    return reply(response, 405, { error: 'method', message: `expected ${allowed.join(' or ')}` });
  }
  const { status, body } = answerOf(new URLSearchParams(query.join('?')), await known());
  const isOther = method === 'POST' && status === 200 && body.result !== wanted;
  reply(response, isOther ? 409 : status, body);
}

/** Node sends no body to a HEAD, whatever is written. */
function reply(response: ServerResponse, status: number, body: object): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
}
