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

/** Longer than any client of a test waits. */
const HOLD_MS = 8_000;

/** Longer than a client takes to read what has come. */
const READING_MS = 60;

/** `GET any/segments/endings`: how the exchanges under `any/segments/` have ended: `whole`, `aborted` by the client, or `open`. */
const ENDINGS = 'endings';

async function handle(incoming: IncomingMessage, outgoing: ServerResponse, seen: Seen[]): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  const path = incoming.url ?? '';
  if (incoming.method === 'GET' && path.endsWith(`/${ENDINGS}`)) {
    await sendEndings(outgoing, seen, path.slice(0, -ENDINGS.length));
    return;
  }
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
  const attempt = Math.max(before, Number(incoming.headers['x-stainless-retry-count'] ?? 0));
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

/** Waits until the client has gone, for a bounded time. */
async function closed(outgoing: ServerResponse, ms: number): Promise<void> {
  if (outgoing.destroyed) return;
  const timeUp = new AbortController();
  const gone = new Promise<void>((resolve) => outgoing.once('close', resolve));
  await Promise.race([gone, sleep(ms, undefined, { signal: timeUp.signal })]);
  timeUp.abort();
}

/** How every exchange under a path has ended by now; an exchange that is not over is given a moment. */
async function sendEndings(outgoing: ServerResponse, seen: readonly Seen[], prefix: string): Promise<void> {
  const exchanges = seen.filter(({ path }) => path.startsWith(prefix));
  for (let round = 0; round < 50 && exchanges.some(({ aborted }) => aborted === null); round += 1) await sleep(10);
  outgoing.end(
    JSON.stringify(exchanges.map(({ aborted }) => (aborted === null ? 'open' : aborted ? 'aborted' : 'whole'))),
  );
}

/** What is written at once. */
function partsOf(frames: readonly string[], behaviour: Behaviour): readonly Buffer[] {
  const { sliceBytes, holdAfter, destroyAfter, errorAfter } = behaviour;
  if (sliceBytes !== undefined) {
    const whole = Buffer.from(frames.join(''));
    return Array.from({ length: Math.ceil(whole.length / sliceBytes) }, (_, index) =>
      whole.subarray(index * sliceBytes, (index + 1) * sliceBytes),
    );
  }
  const count = errorAfter === undefined ? (holdAfter ?? destroyAfter ?? 1) : frames.length;
  return [frames.slice(0, count).join(''), ...frames.slice(count)].map((frame) => Buffer.from(frame));
}

async function sendStream(
  outgoing: ServerResponse,
  record: Seen,
  frames: readonly string[],
  behaviour: Behaviour,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  outgoing.writeHead(200, headers);
  // What is written at once comes with the headers: whether the client asked for more in between is chance too.
  const atOnce = behaviour.holdAfter ?? behaviour.destroyAfter ?? behaviour.errorAfter;
  if (atOnce === undefined) outgoing.flushHeaders();
  else outgoing.cork();
  const writes = partsOf(frames, behaviour);
  for (const [index, bytes] of writes.entries()) {
    if (outgoing.destroyed) return;
    record.chunks += 1;
    // The end goes with the last part, unless told otherwise: whether a client that knows where the answer ends is faster is chance.
    if (index === writes.length - 1 && behaviour.lingerMs === undefined) {
      outgoing.end(bytes);
      return;
    }
    outgoing.write(bytes);
    if (index === 0 && atOnce !== undefined) outgoing.uncork();
    if (index === 0 && behaviour.holdAfter !== undefined) await closed(outgoing, HOLD_MS);
    else if (index === 0 && behaviour.destroyAfter !== undefined) {
      await sleep(READING_MS);
      outgoing.destroy();
    } else if (behaviour.pieceDelayMs === undefined) await new Promise((resolve) => setImmediate(resolve));
    else await sleep(behaviour.pieceDelayMs);
  }
  await closed(outgoing, behaviour.lingerMs ?? 0);
  outgoing.end();
}
