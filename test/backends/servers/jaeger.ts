import { join } from 'node:path';
import { freePort } from '../../servers/process.js';
import { findProgram } from './find-program.js';
import { type Server, startServer } from './start-server.js';

const COLLECTOR = join(import.meta.dirname, '../../../deploy/collector');

/** Where spans and metrics go, complete: `.../v1/traces`, `.../v1/metrics`. */
export interface Otlp {
  readonly traces: string;
  readonly metrics: string;
  readonly logs: string;
}

export interface JaegerServer extends Server {
  readonly otlp: Otlp;
}

interface JaegerOptions {
  /** Where metrics are passed on to. */
  readonly prometheusUrl: string;
  /** Tempo's OTLP over HTTP, where traces are passed on to as well. */
  readonly tempoOtlpUrl?: string | undefined;
}

/** Jaeger, which is the Collector of the suite too, by the configuration of `deploy/collector`. */
export async function startJaeger({ prometheusUrl, tempoOtlpUrl }: JaegerOptions): Promise<JaegerServer> {
  const program = await findProgram('jaeger');
  const [query, grpc, http, otlpGrpc] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const files = ['jaeger.yaml', ...(tempoOtlpUrl === undefined ? [] : ['tempo.yaml'])];
  const server = await startServer({
    name: 'jaeger',
    program,
    url: `http://127.0.0.1:${query}`,
    ready: `http://127.0.0.1:${query}/api/services`,
    files: {},
    args: () => files.flatMap((file) => ['--config', join(COLLECTOR, file)]),
    environment: {
      LISTEN_HOST: '127.0.0.1',
      JAEGER_PORT: `${query}`,
      JAEGER_GRPC_PORT: `${grpc}`,
      OTLP_PORT: `${http}`,
      OTLP_GRPC_PORT: `${otlpGrpc}`,
      PROMETHEUS_URL: prometheusUrl,
      ...(tempoOtlpUrl !== undefined && { TEMPO_OTLP_URL: tempoOtlpUrl }),
    },
  });
  const otlp = (signal: string): string => `http://127.0.0.1:${http}/v1/${signal}`;
  return { ...server, otlp: { traces: otlp('traces'), metrics: otlp('metrics'), logs: otlp('logs') } };
}
