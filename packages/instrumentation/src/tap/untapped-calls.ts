import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { guard } from '../guard.js';
import { ExpectedRequests } from './expected-requests.js';
import { scope } from './untapped.js';

/** Where every copy of undici, and the fetch inside Node, says that it has made a request. */
const CHANNEL = 'undici:request:create';

/** What is read of undici's request, whose shape is not ours. */
interface MadeRequest {
  readonly method?: unknown;
  readonly origin?: unknown;
  readonly path?: unknown;
  /** The `host` header, where there is one: the origin may be an address or a proxy. */
  readonly host?: unknown;
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
  readonly #listen = (message: unknown): void => {
    guard('tap.untapped', () => this.#made(((message ?? {}) as { readonly request?: MadeRequest }).request ?? {}));
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
    subscribe(CHANNEL, this.#listen);
  }

  disable(): void {
    this.#listening = false;
    unsubscribe(CHANNEL, this.#listen);
  }

  /** A tap has seen this request, which is about to be sent. */
  tapped(method: string, url: URL): void {
    if (this.#listening) this.#expected.add(method, url.pathname);
  }

  #made({ method, origin, path, host }: MadeRequest): void {
    const within = scope();
    if (within === 'ours' || typeof method !== 'string' || typeof path !== 'string') return;
    const url = URL.parse(path, String(origin));
    if (url === null) return;
    // An older connection's queue may make a request in another's context: that it was tapped is known by its being expected.
    if (this.#expected.take(method, url.pathname) || within === 'tapped') return;
    if (!this.#options.isModelCall(method, url)) return;
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
