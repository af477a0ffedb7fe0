import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { BEHAVIOURS, type Behaviour } from './behaviours.js';
import { openaiChat } from './openai-chat.js';
import type { Asked, Protocol } from './protocol.js';
import { PROTOCOLS } from './protocols.js';

/** What the provider saw of one request. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  /** As they came on the wire: names and values in turn, in order. */
  readonly headers: readonly string[];
  /** Base64. */
  readonly body: string;
  /** Parts of the answer written so far. */
  chunks: number;
  /** `null` until the exchange is over; the client went away before the answer was complete. */
  aborted: boolean | null;
}

/** A provider on 127.0.0.1 that speaks every protocol of the registry. */
export interface Provider {
  /**
   * `http://127.0.0.1:port`. The base URL for an SDK is `${origin}/any/segments/BEHAVIOUR` and what the SDK wants after it: `/v1` for
   * openai, nothing for the SDKs of Anthropic, Google, Mistral and Ollama.
   */
  readonly origin: string;
  readonly port: number;
  readonly seen: Seen[];
  close(): Promise<void>;
}

/** Starts a provider on a port of its own. The behaviour is the last path segment that names one; the path's end gives the protocol. */
export async function startProvider(): Promise<Provider> {
  const seen: Seen[] = [];
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    void handle(incoming, outgoing, seen).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(incoming: IncomingMessage, outgoing: ServerResponse, seen: Seen[]): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  const path = incoming.url ?? '';
  const record: Seen = {
    method: incoming.method ?? '',
    path,
    headers: incoming.rawHeaders,
    body: body.toString('base64'),
    chunks: 0,
    aborted: null,
  };
  const before = seen.filter((earlier) => earlier.path === path).length;
  seen.push(record);
  outgoing.on('close', () => {
    record.aborted = !outgoing.writableFinished;
  });

  const [pathname = ''] = path.split('?');
  const protocol = PROTOCOLS.find(({ recognises }) => recognises(pathname));
  const behaviour = behaviourOf(pathname);
  if (protocol === undefined || behaviour === undefined) {
    sendJson(outgoing, record, 404, protocol ?? openaiChat, (protocol ?? openaiChat).error(404));
    return;
  }
  if (behaviour.hang === true) return;
  if (behaviour.delayMs !== undefined) await sleep(behaviour.delayMs);
  for (const [header, value] of Object.entries(behaviour.headers ?? {})) outgoing.setHeader(header, value);
  const attempt = Number(incoming.headers['x-stainless-retry-count'] ?? before);
  if (behaviour.status !== undefined && attempt < (behaviour.failures ?? Number.POSITIVE_INFINITY)) {
    sendJson(outgoing, record, behaviour.status, protocol, protocol.error(behaviour.status));
    return;
  }
  if (behaviour.raw !== undefined) {
    outgoing.writeHead(200, { 'content-type': 'text/html' });
    record.chunks += 1;
    outgoing.end(behaviour.raw);
    return;
  }
  const asked: Asked = { path, body: body.length === 0 ? {} : (JSON.parse(body.toString()) as Asked['body']) };
  if (protocol.frames === undefined || !protocol.streamed(asked))
    sendJson(outgoing, record, 200, protocol, protocol.answer(asked, behaviour));
  else await sendStream(outgoing, record, protocol.frames(asked, behaviour), behaviour, streamHeaders(protocol, asked));
}

function behaviourOf(pathname: string): Behaviour | undefined {
  const name = pathname.split('/').findLast((segment) => Object.hasOwn(BEHAVIOURS, segment));
  return name === undefined ? undefined : BEHAVIOURS[name as keyof typeof BEHAVIOURS];
}

function requestId(protocol: Protocol): Readonly<Record<string, string>> {
  return { [protocol.requestIdHeader ?? 'x-request-id']: 'req_test' };
}

function streamHeaders(protocol: Protocol, asked: Asked): Readonly<Record<string, string>> {
  const type = protocol.streamType?.(asked) ?? 'text/event-stream; charset=utf-8';
  return { 'content-type': type, ...requestId(protocol) };
}

function sendJson(outgoing: ServerResponse, record: Seen, status: number, protocol: Protocol, value: unknown): void {
  outgoing.writeHead(status, { 'content-type': 'application/json', ...requestId(protocol) });
  record.chunks += 1;
  outgoing.end(JSON.stringify(value));
}

async function sendStream(
  outgoing: ServerResponse,
  record: Seen,
  frames: readonly string[],
  behaviour: Behaviour,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  outgoing.writeHead(200, headers);
  outgoing.flushHeaders();
  const whole = Buffer.from(frames.join(''));
  const { sliceBytes } = behaviour;
  const writes =
    sliceBytes === undefined
      ? frames.map((frame) => Buffer.from(frame))
      : Array.from({ length: Math.ceil(whole.length / sliceBytes) }, (_, index) =>
          whole.subarray(index * sliceBytes, (index + 1) * sliceBytes),
        );
  for (const bytes of writes) {
    if (outgoing.destroyed) return;
    if (record.chunks === behaviour.destroyAfter) {
      outgoing.destroy();
      return;
    }
    record.chunks += 1;
    outgoing.write(bytes);
    if (behaviour.pieceDelayMs === undefined) await new Promise((resolve) => setImmediate(resolve));
    else await sleep(behaviour.pieceDelayMs);
  }
  outgoing.end();
}
