import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isFromHere } from '../serve/from-here.js';
import { closing, listening } from '../serve/listening.js';
import { createBodies, createCounting, MOST_BYTES } from './otlp-body.js';
import { type Passed, passOn, type Target } from './otlp-target.js';

/** What OTLP carries, by the end of its path. */
export const SIGNALS = ['traces', 'metrics', 'logs'] as const;
export type Signal = (typeof SIGNALS)[number];

/** What has come of one signal. */
export interface Received {
  readonly requests: number;
  /** Spans, metrics or log records. */
  readonly items: number;
  /** Requests that were too long to count what they hold; they are passed on like the others. */
  readonly uncounted: number;
  /** Requests that the target has taken. */
  readonly passedOn: number;
  /** Requests that were refused: by us for what they are, or by the target. */
  readonly refused: number;
}

export interface OtlpReceiver {
  readonly port: number;
  received(): Readonly<Record<Signal, Received>>;
  /** Why the target did not take the last request; null: it did. */
  trouble(): string | null;
  /** Lets go of the port, and of whoever is connected. */
  close(): Promise<void>;
}

export interface ReceiverOptions {
  /** 0: any that is free. */
  readonly port: number;
  /** Null: the signal is counted, and that is all. */
  readonly targets: Readonly<Record<Signal, Target | null>>;
  /** How long a target may take. Default 10,000 ms. */
  readonly timeoutMs?: number;
}

const LOOPBACK = '127.0.0.1';
/** Node looks for what has taken too long only every half minute, unless it is told. */
const LIMITS = {
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
  maxHeaderSize: 8192,
};
const MOST_CONNECTIONS = 64;
/** Requests whose body is there and that are not answered yet. One that is still coming holds no place, only room for what has come. */
const MOST_AT_ONCE = 8;
const TARGET_MS = 10_000;

/**
 * Takes OTLP over HTTP on a port of this machine, counts it and passes it on as it came. Where there is no target it is taken all the same, so that
 * an exporter that sends to the port finds somebody there.
 *
 * What comes is not trusted: bodies are bounded in size, in number and inflated, and of what they hold no more is read than takes a moment. No web page
 * can use it: a request with an `Origin`, or to another `Host` than this machine, is refused, and only OTLP's own content types are taken. Rejects with
 * a `StoreError` where the port cannot be had; its `cause` says why.
 */
export async function startOtlpReceiver(options: ReceiverOptions): Promise<OtlpReceiver> {
  const { targets, timeoutMs = TARGET_MS } = options;
  const counts = new Map(
    SIGNALS.map((signal) => [signal, { requests: 0, items: 0, uncounted: 0, passedOn: 0, refused: 0 }]),
  );
  const bodies = createBodies();
  const itemsIn = createCounting();
  let trouble: string | null = null;
  let held = 0;

  async function take(signal: Signal, request: IncomingMessage, answer: Answering): Promise<void> {
    const count = counts.get(signal);
    if (count === undefined) return;
    count.requests += 1;
    const refuse = (status: number, message: string): void => {
      count.refused += 1;
      answer.refuse(status, message);
    };
    const { encoding } = answer;
    if (encoding === null) return refuse(415, 'expected content-type application/x-protobuf or application/json');
    await bodies.read(request, async (body) => {
      if (body === 'too_long') return refuse(413, `expected at most ${MOST_BYTES} bytes`);
      if (body === 'no_room' || held >= MOST_AT_ONCE) return refuse(503, 'too many requests at the same time');
      held += 1;
      try {
        const items = await itemsIn(body, request.headers['content-encoding'], encoding);
        if (items === null) count.uncounted += 1;
        else count.items += items;
        const target = targets[signal];
        if (target === null) return answer.ok();
        const passed = await passOn(target, body, request, timeoutMs);
        trouble = passed.trouble;
        if (passed.trouble === null) count.passedOn += 1;
        else count.refused += 1;
        answer.as(passed);
      } catch (error) {
        refuse(400, `it cannot be read as OTLP: ${error instanceof Error ? error.message : 'unknown'}`);
      } finally {
        held -= 1;
      }
    });
  }

  const server = createServer(LIMITS, (request, response) => {
    const answer = answering(request, response);
    const signal = signalOf(request.url);
    const refused = !isFromHere(request)
      ? ([403, 'expected a program of this machine: a Host of localhost, and no Origin'] as const)
      : signal === null
        ? ([404, 'there is POST /v1/traces, /v1/metrics and /v1/logs'] as const)
        : request.method !== 'POST'
          ? ([405, 'expected POST'] as const)
          : null;
    if (refused !== null || signal === null) {
      const [status, message] = refused ?? [404, ''];
      request.resume();
      answer.refuse(status, message);
      return;
    }
    // A sender that went away in the middle.
    take(signal, request, answer).catch(() => response.destroy());
  });
  server.maxConnections = MOST_CONNECTIONS;
  const { port } = await listening(server, { host: LOOPBACK, port: options.port }, ' for OTLP');
  server.on('error', () => undefined);
  return {
    port,
    received: () => Object.fromEntries(counts) as Readonly<Record<Signal, Received>>,
    trouble: () => trouble,
    close: () => closing(server),
  };
}

function signalOf(url: string | undefined): Signal | null {
  return SIGNALS.find((signal) => url === `/v1/${signal}`) ?? null;
}

interface Answering {
  readonly encoding: 'protobuf' | 'json' | null;
  ok(): void;
  refuse(status: number, message: string): void;
  as(passed: Passed): void;
}

/** OTLP's empty answer means that all was taken. Where a body was not read, the connection is given up. */
function answering(request: IncomingMessage, response: ServerResponse): Answering {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const encoding = type === 'application/x-protobuf' ? 'protobuf' : type === 'application/json' ? 'json' : null;
  const send = (status: number, headers: Readonly<Record<string, string>>, body: Buffer | string): void => {
    if (response.headersSent || response.destroyed) return;
    const rest = request.complete ? {} : { connection: 'close' };
    response.writeHead(status, { 'x-content-type-options': 'nosniff', ...headers, ...rest }).end(body);
  };
  return {
    encoding,
    ok: () => send(200, { 'content-type': type }, encoding === 'json' ? '{}' : ''),
    refuse: (status, message) => send(status, { 'content-type': 'text/plain; charset=utf-8' }, `${message}\n`),
    as: ({ status, type: given, body, retryAfter }) =>
      send(status, { 'content-type': given, ...(retryAfter !== null && { 'retry-after': retryAfter }) }, body),
  };
}
