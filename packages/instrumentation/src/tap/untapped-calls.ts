import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { guard } from '../guard.js';
import { ExpectedRequests } from './expected-requests.js';
import { rawHeader } from './raw-header.js';
import { scope } from './untapped.js';

/** Where every copy of undici, and the fetch inside Node, says that it has made a request, has its headers, or has failed. */
const CHANNELS = ['undici:request:create', 'undici:request:headers', 'undici:request:error'] as const;

/** What is read of undici's request, whose shape is not ours. */
interface MadeRequest {
  readonly method?: unknown;
  readonly origin?: unknown;
  readonly path?: unknown;
  /** The `host` header, where there is one: the origin may be an address or a proxy. */
  readonly host?: unknown;
}

interface Message {
  readonly request: MadeRequest;
  readonly response?: { readonly statusCode?: unknown; readonly headers?: unknown };
  readonly error?: unknown;
}

export interface UntappedOptions {
  /** By method, host and path alone. */
  readonly isModelCall: (method: string, url: URL) => boolean;
  /** Is told of every call to a model that went past every tap. */
  readonly onUntapped: (method: string, url: URL) => void;
  /** Is told once, of the first: which host, and what to do. */
  readonly say: (message: string) => void;
}

/**
 * Watches for calls to a model that no tap has seen: those of a client that kept the fetch, or the dispatcher, from before the tap.
 *
 * It sees what goes through undici, any copy of it, or Node's own fetch; not `node:http`, `node:https` and `node:http2`.
 */
export class UntappedCalls {
  readonly #options: UntappedOptions;
  readonly #expected = new ExpectedRequests();
  /** Requests of tapped calls: what undici's own interceptors repeat is made in whatever context the connection has. */
  readonly #known = new WeakSet<MadeRequest>();
  readonly #listen = (message: unknown): void => {
    guard('tap.untapped', () => this.#told(message as Message));
  };
  #listening = false;
  #said = false;

  constructor(options: UntappedOptions) {
    this.#options = options;
  }

  /** Twice is once. */
  enable(): void {
    if (this.#listening) return;
    this.#listening = true;
    for (const channel of CHANNELS) subscribe(channel, this.#listen);
  }

  disable(): void {
    this.#listening = false;
    for (const channel of CHANNELS) unsubscribe(channel, this.#listen);
  }

  /** A tap has seen this request, which is about to be sent. */
  tapped(method: string, url: URL): void {
    if (this.#listening) this.#expected.add(method, url.pathname);
  }

  #told({ request, response, error }: Message): void {
    if (response === undefined && error === undefined) this.#made(request);
    else if (this.#known.has(request)) this.#mayBeRepeated(request, response);
  }

  #made(request: MadeRequest): void {
    const within = scope();
    const path = pathOf(request);
    if (within === 'ours' || path === null) return;
    const method = String(request.method);
    // A pool may make a request late, in the context of another: that it was tapped is known by its being expected.
    if (this.#expected.take(method, path) || within === 'tapped') {
      this.#known.add(request);
      return;
    }
    const url = urlOf(request);
    if (url !== null && this.#options.isModelCall(method, url)) this.#missed(method, url, request.host);
  }

  /** A failed request may be sent again, a redirected one elsewhere. */
  #mayBeRepeated(request: MadeRequest, response: Message['response']): void {
    const status = Number(response?.statusCode ?? 0);
    const elsewhere = status === 307 || status === 308;
    if (response !== undefined && !elsewhere && status !== 429 && status < 500) return;
    this.#known.delete(request);
    const to = elsewhere
      ? URL.parse(rawHeader(response?.headers, 'location'), urlOf(request)?.href)?.pathname
      : pathOf(request);
    if (typeof to === 'string') this.#expected.add(String(request.method), to);
  }

  #missed(method: string, url: URL, host: unknown): void {
    this.#options.onUntapped(method, url);
    if (this.#said) return;
    this.#said = true;
    this.#options.say(
      `a call to ${typeof host === 'string' ? host : url.host} went past the tap: its client was made before. ` +
        'Start with `node --import @understudy/instrumentation/register`, or hand the client `understudy.fetch` ' +
        'or `understudy.dispatcher(dispatcher)`. Such calls are counted as dropped{reason="untapped"}; this is said once',
    );
  }
}

/** Without a query; not parsed, since this is done for every request of the process. Through a proxy it is a whole URL. */
function pathOf(request: MadeRequest): string | null {
  const { path } = request;
  if (typeof path !== 'string') return null;
  if (!path.startsWith('/')) return urlOf(request)?.pathname ?? null;
  const query = path.indexOf('?');
  return query === -1 ? path : path.slice(0, query);
}

function urlOf({ origin, path }: MadeRequest): URL | null {
  return typeof path === 'string' ? URL.parse(path, String(origin)) : null;
}
