import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Listen } from '../outputs.js';
import { answerOf, type Known } from './answer.js';
import { isFromHere, isLoopback } from './from-here.js';
import { closing, hostOf, listening } from './listening.js';

export interface Serving {
  readonly listen: Listen;
  /** What requests are answered from; asked for each, so that it may keep what it has read for a moment. */
  readonly known: () => Promise<Known>;
  /** What a scrape of `/metrics` is answered with, by the request's `accept`. */
  readonly metrics: (accept: string) => { readonly contentType: string; readonly body: string };
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
const FOREIGN = {
  error: 'host',
  message:
    'it listens for programs of this machine: expected a Host of localhost, and no Origin. For others, --listen ADDRESS:PORT',
};

/** Answers `/api/verdict`, `/metrics`, `/healthz` and `/readyz`. Rejects with `StoreError` where the address cannot be had. */
export async function startServer({ listen, known, metrics, onError }: Serving): Promise<Server> {
  let isLocal = true;
  const server = createServer(LIMITS, (request, response) => {
    // Nothing that a request holds beyond its first line and who it says it is for is read.
    request.resume();
    if (isLocal && !isFromHere(request)) return reply(response, 403, FOREIGN);
    handle(request, response, { known, metrics }).catch((error: unknown) => {
      onError(error);
      if (!response.headersSent) reply(response, 500, { error: 'internal', message: 'see the log of the evaluator' });
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  const { address, port } = await listening(server, listen);
  server.on('error', onError);
  isLocal = isLoopback(address);
  return { url: `http://${hostOf(address)}:${port}`, close: () => closing(server) };
}

/** What a POST is to be told by its status, for whoever reads nothing else: 200 where the result is this one. */
const POSTED: Readonly<Record<string, 'pass' | 'fail'>> = { '/api/verdict': 'pass', '/api/verdict/rollback': 'fail' };

async function handle(
  { method = '', url = '/', headers }: IncomingMessage,
  response: ServerResponse,
  { known, metrics }: Pick<Serving, 'known' | 'metrics'>,
): Promise<void> {
  // Not by URL: a target that is no URL is a path that is not there.
  const [path = '', ...query] = url.split('?');
  if (path === HEALTH || path === READINESS) return probe(method, response, path === HEALTH ? null : known);
  if (path === METRICS) {
    if (isRead(method, response)) send(response, 200, metrics(headers.accept ?? ''));
    return;
  }
  const wanted = Object.hasOwn(POSTED, path) ? POSTED[path] : undefined;
  if (wanted === undefined) {
    const message = 'there is /api/verdict, /api/verdict/rollback, /metrics, /healthz and /readyz';
    return reply(response, 404, { error: 'unknown_path', message });
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

/** Alive: the process answers. Ready: it can read the ledger, too, or has done so a moment ago. */
const [HEALTH, READINESS] = ['/healthz', '/readyz'] as const;

const METRICS = '/metrics';

/** What an orchestrator asks. @param known Null: that the process answers is enough */
async function probe(method: string, response: ServerResponse, known: (() => Promise<Known>) | null): Promise<void> {
  if (!isRead(method, response)) return;
  const isReady = known === null || (await known()).standings !== null;
  reply(response, isReady ? 200 : 503, { status: isReady ? 'ok' : 'the ledger cannot be read' });
}

/** Where it is not, that is the answer. */
function isRead(method: string, response: ServerResponse): boolean {
  if (method === 'GET' || method === 'HEAD') return true;
  response.setHeader('allow', 'GET, HEAD');
  reply(response, 405, { error: 'method', message: 'expected GET or HEAD' });
  return false;
}

function reply(response: ServerResponse, status: number, body: object): void {
  send(response, status, { contentType: 'application/json; charset=utf-8', body: `${JSON.stringify(body)}\n` });
}

/** Node sends no body to a HEAD, whatever is written. */
function send(response: ServerResponse, status: number, { contentType, body }: ReturnType<Serving['metrics']>): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}
