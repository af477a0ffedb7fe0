import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { OtlpLog, OtlpPoint, OtlpSpan } from './otlp-items.js';
import { logsOf, pointsOf, spansOf } from './otlp-items.js';
import { decode, LOGS, METRICS, TRACES } from './protobuf.js';

/** `ok`: takes everything. `error`: answers 500 and keeps nothing. `slow`: takes everything, answers after `slowMs`. */
export type OtlpMode = 'ok' | 'error' | 'slow';

/** An OTLP/HTTP receiver that keeps what it gets, decoded: JSON or protobuf, plain or gzip. */
export interface OtlpReceiver extends AsyncDisposable {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`; exporters add `/v1/traces`, `/v1/metrics`, `/v1/logs`. */
  readonly url: string;
  /** In the order of arrival. */
  readonly spans: readonly OtlpSpan[];
  readonly points: readonly OtlpPoint[];
  readonly logs: readonly OtlpLog[];
  /** Requests seen, the refused ones included. */
  readonly requests: number;
  mode: OtlpMode;
  /** The newest value of each series of a metric. */
  latest(metric: string): readonly OtlpPoint[];
  clear(): void;
  /** Resolves when `condition` holds; it is asked after each request. @throws after `timeoutMs`, saying what has come. */
  until(condition: () => boolean, timeoutMs?: number): Promise<void>;
  stop(): Promise<void>;
}

export interface OtlpOptions {
  /** Default: 1000. */
  readonly slowMs?: number;
}

async function payload(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}

export async function startOtlpReceiver(options: OtlpOptions = {}): Promise<OtlpReceiver> {
  const slowMs = options.slowMs ?? 1_000;
  const spans: OtlpSpan[] = [];
  const points: OtlpPoint[] = [];
  const logs: OtlpLog[] = [];
  const asking = new Set<() => void>();
  const timers = new Set<NodeJS.Timeout>();
  let requests = 0;
  let mode: OtlpMode = 'ok';

  function store(path: string, isJson: boolean, body: Buffer): void {
    const read = (table: typeof TRACES): unknown => (isJson ? JSON.parse(body.toString('utf8')) : decode(body, table));
    if (path === '/v1/traces') spans.push(...spansOf(read(TRACES)));
    else if (path === '/v1/metrics') points.push(...pointsOf(read(METRICS)));
    else if (path === '/v1/logs') logs.push(...logsOf(read(LOGS)));
    else throw new Error(`no such path: ${path}`);
  }

  function reply(response: ServerResponse, status: number, isJson: boolean): void {
    response.writeHead(status, { 'content-type': isJson ? 'application/json' : 'application/x-protobuf' });
    response.end(isJson ? '{}' : undefined);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isJson = request.headers['content-type']?.includes('json') === true;
    const body = await payload(request);
    requests += 1;
    let status = mode === 'error' ? 500 : 200;
    if (status === 200) {
      try {
        store(request.url ?? '', isJson, body);
      } catch {
        status = 400;
      }
    }
    if (mode === 'slow') {
      const timer = setTimeout(() => {
        timers.delete(timer);
        reply(response, status, isJson);
      }, slowMs);
      timers.add(timer);
    } else {
      reply(response, status, isJson);
    }
    for (const ask of asking) ask();
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');

  const stop = async (): Promise<void> => {
    for (const timer of timers) clearTimeout(timer);
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    spans,
    points,
    logs,
    get requests() {
      return requests;
    },
    get mode() {
      return mode;
    },
    set mode(value: OtlpMode) {
      mode = value;
    },
    latest(metric) {
      const series = new Map<string, OtlpPoint>();
      for (const point of points) {
        const { attributes, resource } = point;
        if (point.metric === metric) series.set(JSON.stringify([attributes, resource['service.instance.id']]), point);
      }
      return [...series.values()];
    },
    clear() {
      for (const items of [spans, points, logs]) items.length = 0;
    },
    until(condition, timeoutMs = 10_000) {
      return new Promise((resolve, reject) => {
        const ask = (): void => {
          if (!condition()) return;
          clearTimeout(timer);
          asking.delete(ask);
          resolve();
        };
        const timer = setTimeout(() => {
          asking.delete(ask);
          const names = [...new Set([...spans.map(({ name }) => name), ...points.map(({ metric }) => metric)])];
          reject(new Error(`not in ${timeoutMs} ms; ${requests} requests brought: ${names.join(', ') || 'nothing'}`));
        }, timeoutMs);
        asking.add(ask);
        ask();
      });
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
