import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { completion, completionChunks, response, responseEvents, type AskedFor } from './answers.js';
import { BEHAVIOURS, type Behaviour } from './behaviours.js';

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

/** A provider on 127.0.0.1 that speaks the OpenAI protocol. */
export interface Provider {
  /** `http://127.0.0.1:port`: the SDK's base URL is `${origin}/any/segments/BEHAVIOUR/v1`. */
  readonly origin: string;
  readonly port: number;
  readonly seen: Seen[];
  close(): Promise<void>;
}

/** Starts a provider on a port of its own. The behaviour is the path segment before `v1`. */
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
  seen.push(record);
  outgoing.on('close', () => {
    record.aborted = !outgoing.writableFinished;
  });

  const [name] = path.split('/v1').map((segment) => segment.split('/').pop() ?? '');
  const behaviour: Behaviour | undefined = BEHAVIOURS[name as keyof typeof BEHAVIOURS];
  if (behaviour === undefined) {
    sendJson(outgoing, record, 404, {
      error: { message: `no behaviour ${name}`, type: 'not_found', code: null, param: null },
    });
    return;
  }
  if (behaviour.hang === true) return;
  if (behaviour.delayMs !== undefined) await sleep(behaviour.delayMs);
  for (const [header, value] of Object.entries(behaviour.headers ?? {})) outgoing.setHeader(header, value);
  const retries = Number(incoming.headers['x-stainless-retry-count'] ?? 0);
  if (behaviour.status !== undefined && retries < (behaviour.failures ?? Number.POSITIVE_INFINITY)) {
    const error = {
      message: `made to fail with ${behaviour.status}`,
      type: 'test_error',
      param: 'model',
      code: 'made_to_fail',
    };
    sendJson(outgoing, record, behaviour.status, { error });
    return;
  }
  if (behaviour.raw !== undefined) {
    outgoing.writeHead(200, { 'content-type': 'text/html' });
    record.chunks += 1;
    outgoing.end(behaviour.raw);
    return;
  }
  const asked = (body.length === 0 ? {} : JSON.parse(body.toString())) as AskedFor;
  const isResponse = path.endsWith('/responses');
  if (asked.stream !== true) {
    sendJson(outgoing, record, 200, isResponse ? response(asked, behaviour) : completion(asked, behaviour));
    return;
  }
  const frames = isResponse
    ? responseEvents(asked, behaviour).map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    : completionChunks(asked, behaviour).map((data) => `data: ${data}\n\n`);
  await sendStream(outgoing, record, frames, behaviour);
}

function sendJson(outgoing: ServerResponse, record: Seen, status: number, value: unknown): void {
  outgoing.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req_test' });
  record.chunks += 1;
  outgoing.end(JSON.stringify(value));
}

async function sendStream(
  outgoing: ServerResponse,
  record: Seen,
  frames: readonly string[],
  behaviour: Behaviour,
): Promise<void> {
  outgoing.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-request-id': 'req_test' });
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
