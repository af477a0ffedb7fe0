import type { Agent, Dispatcher } from 'undici';
import { guarded } from './connection.js';
import { requirePrivately } from './private-require.js';
import type { Reading } from './reading.js';
import { Reception, type TransportResponse } from './reception.js';

export type { TransportResponse } from './reception.js';

/** One request of a shadow. */
export interface TransportRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends requests for shadows. Follows no redirect, repeats nothing, keeps no cookies, and does not hold the process open. */
export interface Transport {
  send(request: TransportRequest, signal: AbortSignal, reading: Reading): Promise<TransportResponse>;
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

/** Of a response's headers, and of its trailers: twice what Node takes unless it is told otherwise, whatever the host has told it. */
const MOST_HEADER_BYTES = 32 * 1024;

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
    // The caller's signal ends an exchange: with its own clock, and one name for it.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: MOST_HEADER_BYTES,
    connect: guarded(undici.buildConnector({ allowH2, timeout: timeoutMs })),
  };
  const dispatcher: Dispatcher = environmentProxy ? new undici.EnvHttpProxyAgent(options) : new undici.Agent(options);
  return {
    send: (request, signal, reading) =>
      new Promise((resolve, reject) => {
        const { origin, pathname, search } = request.url;
        const { headers, body } = request;
        dispatcher.dispatch(
          { origin, path: pathname + search, method: 'POST', headers, body },
          new Reception({ signal, reading }, resolve, reject),
        );
      }),
    close() {
      dispatcher.destroy().catch(() => undefined);
    },
  };
}
