import { otlpHeadersFrom } from '../../config.js';
import { type OtlpReceiver, type Signal, startOtlpReceiver } from '../../dev/otlp-receiver.js';
import type { Target } from '../../dev/otlp-target.js';
import type { DevState } from './state.js';

export interface OtlpOptions {
  /** Default: 4318 where it is free. */
  readonly otlpPort?: number | undefined;
  /** False: OTLP is not taken. */
  readonly otlp?: boolean | undefined;
}

/** Where OTLP/HTTP is by its specification. */
const USUAL_PORT = 4318;

/** OTLP that is taken, or why it is not. */
export interface Otlp {
  state(): DevState['otlp'];
  close(): Promise<void>;
}

/** Takes OTLP where the port is free. One that was asked for and is not free ends the start. */
export async function openOtlp(options: OtlpOptions, telemetry: TelemetryUrls): Promise<Otlp> {
  const off = (why: string): Otlp => ({ state: () => ({ off: why }), close: () => Promise.resolve() });
  if (options.otlp === false) return off('not taken, as --no-otlp says');
  const port = options.otlpPort ?? USUAL_PORT;
  const targets = targetsOf(telemetry, port);
  let receiver: OtlpReceiver;
  try {
    receiver = await startOtlpReceiver({ port, targets });
  } catch (error) {
    const code = (error as { cause?: { code?: unknown } }).cause?.code;
    if (options.otlpPort !== undefined || code !== 'EADDRINUSE') throw error;
    return off(`port ${port} is taken: whoever listens there gets what the service exports`);
  }
  const { port: own, received, trouble, close } = receiver;
  const passedTo = [
    ...new Set(Object.values(targets).flatMap((target) => (target === null ? [] : [originOf(target.url)]))),
  ];
  return {
    state: () => ({
      url: `http://127.0.0.1:${own}`,
      passedTo: passedTo.length === 0 ? null : passedTo.join(', '),
      received: received(),
      trouble: trouble(),
    }),
    close,
  };
}

interface TelemetryUrls {
  readonly tracesUrl: string | null;
  readonly metricsUrl: string | null;
  readonly logsUrl?: string | null;
}

/** Where each signal is passed on to. What is meant for our own port has arrived. */
function targetsOf(urls: TelemetryUrls, port: number): Readonly<Record<Signal, Target | null>> {
  const { tracesUrl, metricsUrl, logsUrl = null } = urls;
  const target = (url: string | null, signal: 'TRACES' | 'METRICS' | 'LOGS'): Target | null =>
    url === null || isOwn(url, port) ? null : { url, headers: otlpHeadersFrom(signal) };
  return { traces: target(tracesUrl, 'TRACES'), metrics: target(metricsUrl, 'METRICS'), logs: target(logsUrl, 'LOGS') };
}

function isOwn(url: string, port: number): boolean {
  const { hostname, port: given, protocol } = new URL(url);
  const at = given === '' ? (protocol === 'https:' ? 443 : 80) : Number(given);
  return at === port && /^(?:localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0)$/.test(hostname);
}

function originOf(url: string): string {
  return new URL(url).origin;
}
