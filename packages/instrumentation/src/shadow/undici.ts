import type { Socket } from 'node:net';
import type { Agent, buildConnector, Dispatcher } from 'undici';
import { requirePrivately } from './private-require.js';

/** One request of a shadow. */
export interface TransportRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Its response. The body must be read to its end or left by ending its iteration, which destroys it. */
export interface TransportResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Sends requests for shadows. Follows no redirect, repeats nothing, keeps no cookies, and does not hold the process open. */
export interface Transport {
  send(request: TransportRequest, signal: AbortSignal): Promise<TransportResponse>;
  close(): void;
}

export interface TransportOptions {
  /** For a whole exchange, in milliseconds. The caller's signal ends it; this is for what undici times itself. */
  readonly timeoutMs: number;
  /** `NODE_USE_ENV_PROXY` is on: go through the proxies of the environment, as the primary's fetch does. */
  readonly environmentProxy: boolean;
}

const GLOBAL_DISPATCHERS: readonly symbol[] = [
  Symbol.for('undici.globalDispatcher.1'),
  Symbol.for('undici.globalDispatcher.2'),
];

/** From this major version of Node on the built-in fetch offers HTTP/2. */
const FIRST_NODE_WITH_HTTP2_FETCH = 26;

type Undici = typeof import('undici');

let loaded: Undici | undefined;

/**
 * Loads undici without anybody noticing: loading it replaces the dispatcher of the process, behind the built-in fetch as well,
 * so both slots are put back before anything else can run.
 */
function load(): Undici {
  if (loaded !== undefined) return loaded;
  const dispatchers = GLOBAL_DISPATCHERS.map((slot) => ({ slot, value: Reflect.get(globalThis, slot) as unknown }));
  try {
    loaded = requirePrivately('undici') as Undici;
    return loaded;
  } finally {
    for (const { slot, value } of dispatchers)
      if (Reflect.get(globalThis, slot) !== value) Reflect.set(globalThis, slot, value);
  }
}

/** Makes the transport, with connections of its own. Takes some 30 ms the first time: never call it inside a primary call. */
export function createTransport({ timeoutMs, environmentProxy }: TransportOptions): Transport {
  const undici = load();
  const allowH2 = Number.parseInt(process.versions.node, 10) >= FIRST_NODE_WITH_HTTP2_FETCH;
  const options: Agent.Options = {
    allowH2,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: unreferenced(undici.buildConnector({ allowH2, timeout: timeoutMs })),
  };
  const dispatcher: Dispatcher = environmentProxy ? new undici.EnvHttpProxyAgent(options) : new undici.Agent(options);
  return {
    async send({ url, headers, body }, signal) {
      const response = await undici.request(url, { method: 'POST', headers, body, dispatcher, signal });
      return { status: response.statusCode, headers: response.headers, body: response.body };
    },
    close() {
      dispatcher.destroy().catch(() => undefined);
    },
  };
}

/** A shadow in flight must not keep the host alive: undici holds on to a socket while it is in use, so it is told not to. */
function unreferenced(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    const socket = connect(options, callback) as unknown as Socket | undefined;
    if (socket === undefined) return socket;
    socket.unref();
    socket.ref = () => socket;
    return socket;
  };
}
